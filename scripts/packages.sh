# Debian packages; sourced by quickstart.sh and test.sh.

build_packages=(
  g++ cmake ninja-build
  libxtensor-dev xtl-dev libxsimd-dev
  libdnnl-dev libopenblas-openmp-dev
  libfmt-dev nlohmann-json3-dev zlib1g-dev libpng-dev
  libcli11-dev
)
test_packages=(doctest-dev librapidcheck-dev clang-format gnuplot-nox python3)

# missing_packages NAME...: prints those that are not installed.
missing_packages() {
  local installed package
  installed=" $(dpkg-query -W -f '${db:Status-Status}:${Package} ' "$@" 2>/dev/null || true) "
  for package in "$@"; do
    [[ $installed == *" installed:$package "* ]] || printf '%s ' "$package"
  done
}

# install_packages NAME...: installs what is missing, as root or through sudo. Silent when nothing is;
# otherwise says what it does, and fails with what to install by hand where it cannot.
install_packages() {
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "This is no Debian: install what corresponds to its packages $* by hand." >&2
    return 0
  fi
  local -a missing as_root=()
  read -r -a missing <<<"$(missing_packages "$@")"
  [[ ${#missing[@]} -gt 0 ]] || return 0

  if [[ $(id -u) -ne 0 ]]; then
    if ! command -v sudo >/dev/null; then
      echo "Packages are missing, and neither root nor sudo is there to install them. By hand:" >&2
      echo "    apt-get install ${missing[*]}" >&2
      return 1
    fi
    as_root=(sudo)
  fi
  echo "Installing ${missing[*]}"
  local -a apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq)
  local log
  log=$(mktemp)
  # A fresh machine may have no package lists yet, or old ones; offline the ones there are may do.
  if ! { { "${apt[@]}" update || true; } &&
    "${apt[@]}" install --yes --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    echo "Installing failed. By hand:" >&2
    echo "    apt-get install ${missing[*]}" >&2
    return 1
  fi
  rm -f "$log"
}
