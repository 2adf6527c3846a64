#!/usr/bin/env bash
# Installs what is missing, builds, and trains a convolutional network on Fashion-MNIST. Arguments
# are the example's: ./quickstart.sh --help
set -euo pipefail
cd "$(dirname "$0")"
source scripts/packages.sh

install_packages "${build_packages[@]}"
# Without these the example still runs: on a small data set of its own, and without charts.
install_packages dataset-fashion-mnist || echo "Going on without Fashion-MNIST."
install_packages gnuplot-nox || echo "Going on without charts."

echo "Building (a few minutes the first time)"
log=build/quickstart.log
mkdir -p build
if ! { cmake --preset release && cmake --build --preset release --target example_mnist \
  -j "$(nproc)"; } >"$log" 2>&1; then
  tail -n 40 "$log" >&2
  echo "The build failed; all of its output is in $log" >&2
  exit 1
fi
exec build/release/bin/mnist "$@"
