#include <cstdio>

#include "gradtape/gradtape.h"

int main() { std::printf("gradtape %s\n", gradtape::version()); }
