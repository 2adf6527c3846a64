#pragma once

// Written by scripts/umbrellas.py

#include "gradtape/gradcheck/gradcheck.h"
