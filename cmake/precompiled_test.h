// The same for tests.
#include "precompiled.h"

#include <doctest/doctest.h>

#include <random>
