# Read by CMake behind llama.cpp's `project()`: llama-cpp-python builds the library for llama.cpp's
# own programs too, which is half of the work, and none of it is measured.
set(LLAMA_BUILD_COMMON OFF)
