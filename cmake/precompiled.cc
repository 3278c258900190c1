// Has precompiled.h read; see xos.cmake.
