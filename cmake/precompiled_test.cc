// Has precompiled_test.h read; see xos.cmake.
