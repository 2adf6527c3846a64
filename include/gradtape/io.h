#pragma once

// Written by scripts/umbrellas.py

#include "gradtape/io/file.h"
#include "gradtape/io/idx.h"
#include "gradtape/io/safetensors.h"
