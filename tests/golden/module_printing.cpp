// Writes module_printing.txt, with libtorch 1.13.1:
//
//   g++ -std=c++17 module_printing.cpp -I/usr/include/torch/csrc/api/include -ltorch -ltorch_cpu \
//       -lc10 -o module_printing && ./module_printing > module_printing.txt

#include "module_printing.h"

#include <iostream>

int main() { std::cout << module_printing::all(); }
