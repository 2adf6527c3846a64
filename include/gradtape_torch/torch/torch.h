#pragma once

// <torch/torch.h> of a program that links gradtape::torch.

// What programs are used to get with it.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <iostream>
#include <sstream>
#include <thread>
#include <unordered_map>

#include <torch/all.h>
