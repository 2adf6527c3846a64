// Studies as a user's program runs them: tests/programs/search.cpp, started again and again.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <thread>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <unistd.h>

#include "gradtape/gradtape.h"
#include "gradtape/tune/study.h"

using namespace gradtape;
using namespace gradtape::tune;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

std::string read(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

using Row = std::map<std::string, std::string>;

struct Outcome {
  int status;
  std::string error;
  // The table but for the seconds.
  std::vector<Row> rows;
};

// A folder of its own for each test, and the program's runs in it.
struct Fixture {
  Fixture() {
    std::string name = (fs::temp_directory_path() / "gradtape_search_XXXXXX").string();
    REQUIRE(mkdtemp(name.data()));
    path = name;
    study = path + "/study";
    journal = study + "/journal.jsonl";
  }
  ~Fixture() { fs::remove_all(path); }

  std::string command(json how) const {
    how["csv"] = path + "/table.csv";
    if (!how.contains("folder")) how["folder"] = study;
    return "exec '" GRADTAPE_SEARCH_PROGRAM "' '" + how.dump() + "' >" + path + "/out 2>" + path +
           "/error";
  }

  Outcome run(const json& how) const {
    fs::remove(path + "/table.csv");
    Outcome outcome{std::system(command(how).c_str()), read(path + "/error"), {}};
    const std::vector<std::string> lines = split(read(path + "/table.csv"), '\n');
    if (lines.empty()) return outcome;
    const std::vector<std::string> names = split(lines[0], ',');
    for (size_t i = 1; i < lines.size(); ++i) {
      const std::vector<std::string> cells = split(lines[i], ',');
      Row row;
      for (size_t k = 0; k < names.size(); ++k) row[names[k]] = k < cells.size() ? cells[k] : "";
      CHECK(std::stod(row["seconds"]) > 0);
      row.erase("seconds");
      outcome.rows.push_back(std::move(row));
    }
    return outcome;
  }

  // The trials that were started of a configuration, in their order.
  std::string started(int configuration) const {
    return read(study + "/configurations/" + std::to_string(configuration) + "/started");
  }
  // Waits until a hanging trial has said which process it is.
  pid_t hanging(int configuration) const {
    const std::string file =
        study + "/configurations/" + std::to_string(configuration) + "/process";
    for (int i = 0; i < 2000; ++i) {
      const std::string text = read(file);
      if (text.ends_with('\n')) return std::stoi(text);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    FAIL("the trial has not started");
    return 0;
  }

  std::string path, study, journal;
};

// Also true of a process that has ended but was not waited for.
bool gone(pid_t process) {
  for (int i = 0; i < 1000; ++i) {
    const std::string stat = read("/proc/" + std::to_string(process) + "/stat");
    if (stat.empty() || stat.substr(stat.rfind(')') + 1, 2) == " Z") return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

double closed_form(double lr, double momentum, double resource) {
  return std::pow(std::log10(lr) + 2, 2) + std::pow(momentum - 0.9, 2) + 1 / resource;
}

Space space() { return Space().log_uniform("lr", 1e-4, 1).uniform("momentum", 0, 0.99); }

}  // namespace

TEST_SUITE("tune/study") {
  TEST_CASE_FIXTURE(Fixture, "random: each trial is the space's point of its number") {
    const Outcome outcome = run({{"method", "random"}, {"n", 6}, {"seed", 3}});
    REQUIRE(outcome.status == 0);
    REQUIRE(outcome.rows.size() == 6);
    for (int64_t i = 0; i < 6; ++i) {
      Row row = outcome.rows[static_cast<size_t>(i)];
      const Parameters p = space().sample(3, i);
      CHECK(row["number"] == std::to_string(i));
      CHECK(row["lr"] == p["lr"].to_string());
      CHECK(row["momentum"] == p["momentum"].to_string());
      CHECK(std::stod(row["value"]) == closed_form(p["lr"], p["momentum"], 1));
      CHECK(row["status"] == "done");
    }
    CHECK(read(path + "/out") == "1/6\n2/6\n3/6\n4/6\n5/6\n6/6\n");
  }

  TEST_CASE_FIXTURE(Fixture, "grid: the best point is the one next to the minimum") {
    const Outcome outcome = run({{"method", "grid"}, {"n", 5}});
    REQUIRE(outcome.rows.size() == 25);
    const auto best = std::min_element(outcome.rows.begin(), outcome.rows.end(), [](Row a, Row b) {
      return std::stod(a["value"]) < std::stod(b["value"]);
    });
    // lr of 1e-4, ..., 1; momentum of 0, ..., 0.7425, 0.99.
    CHECK(std::stod(best->at("lr")) == doctest::Approx(0.01));
    CHECK(std::stod(best->at("momentum")) == doctest::Approx(0.99));
  }

  TEST_CASE_FIXTURE(Fixture, "two runs give the same table, also with more trials at a time") {
    const json how{{"method", "halving"}, {"n", 12}, {"folder", ""}};
    json one = how, four = how;
    one["parallel"] = 1;
    four["parallel"] = 4;
    const Outcome first = run(one);
    REQUIRE(first.rows.size() == 12 + 4 + 1);
    CHECK(run(one).rows == first.rows);
    CHECK(run(four).rows == first.rows);
  }

  TEST_CASE_FIXTURE(Fixture, "random numbers of a trial repeat, and differ between trials") {
    const json how{{"method", "random"}, {"n", 3}, {"folder", ""}, {"seed_value", true}};
    std::vector<Row> rows = run(how).rows;
    REQUIRE(rows.size() == 3);
    CHECK(run(how).rows == rows);
    CHECK(rows[0]["value"] != rows[1]["value"]);
    CHECK(rows[1]["value"] != rows[2]["value"]);
  }

  TEST_CASE_FIXTURE(Fixture, "a trial uses the threads it is given") {
    for (const int threads : {1, 2}) {
      std::vector<Row> rows = run({{"method", "random"},
                                   {"n", 1},
                                   {"folder", ""},
                                   {"threads_value", true},
                                   {"threads", threads}})
                                  .rows;
      REQUIRE(rows.size() == 1);
      CHECK(rows[0]["value"] == std::to_string(threads));
    }
  }

  TEST_CASE_FIXTURE(Fixture, "successive halving promotes the best of each rung") {
    const Outcome outcome = run({{"method", "halving"}, {"n", 12}});
    REQUIRE(outcome.rows.size() == 17);
    // What must be: the points sorted by the closed form; the resource shifts all of a rung alike.
    std::vector<std::pair<double, int64_t>> order;
    for (int64_t i = 0; i < 12; ++i) {
      const Parameters p = space().sample(0, i);
      order.emplace_back(closed_form(p["lr"], p["momentum"], 1), i);
    }
    std::sort(order.begin(), order.end());
    std::vector<int64_t> second;
    for (size_t i = 0; i < 4; ++i) second.push_back(order[i].second);
    std::sort(second.begin(), second.end());
    for (size_t i = 0; i < 4; ++i) {
      Row row = outcome.rows[12 + i];
      CHECK(row["configuration"] == std::to_string(second[i]));
      CHECK(row["resource"] == "3");
    }
    Row last = outcome.rows[16];
    CHECK(last["configuration"] == std::to_string(order[0].second));
    CHECK(last["resource"] == "9");
    CHECK(std::stod(last["value"]) == doctest::Approx(order[0].first - 1 + 1. / 9));
    // The trials of a configuration share its folder.
    CHECK(started(static_cast<int>(order[0].second)) ==
          std::to_string(order[0].second) + "\n" +
              std::to_string(12 + std::find(second.begin(), second.end(), order[0].second) -
                             second.begin()) +
              "\n16\n");
  }

  TEST_CASE_FIXTURE(Fixture, "maximize promotes the highest") {
    const std::vector<Row> rows = run({{"method", "halving"}, {"n", 9}, {"maximize", true}}).rows;
    REQUIRE(rows.size() == 13);
    const auto worst = std::max_element(rows.begin(), rows.begin() + 9, [](Row a, Row b) {
      return std::stod(a["value"]) < std::stod(b["value"]);
    });
    CHECK(rows[12].at("configuration") == worst->at("configuration"));
  }

  TEST_CASE_FIXTURE(Fixture,
                    "hyperband runs its brackets, and a trial's number is always the same") {
    // R = 9, eta = 3: (9, 1) (3, 3) (1, 9) | (5, 3) (1, 9) | (3, 9).
    const std::vector<Row> rows = run({{"method", "hyperband"}, {"n", 9}}).rows;
    REQUIRE(rows.size() == 9 + 3 + 1 + 5 + 1 + 3);
    std::map<std::pair<std::string, std::string>, int> count;
    for (size_t i = 0; i < rows.size(); ++i) {
      CHECK(rows[i].at("number") == std::to_string(i));
      ++count[{rows[i].at("bracket"), rows[i].at("resource")}];
    }
    CHECK(count == decltype(count){{{"0", "1"}, 9},
                                   {{"0", "3"}, 3},
                                   {{"0", "9"}, 1},
                                   {{"1", "3"}, 5},
                                   {{"1", "9"}, 1},
                                   {{"2", "9"}, 3}});
    CHECK(rows[13].at("lr") == space().sample(0, 9)["lr"].to_string());
  }

  TEST_CASE_FIXTURE(Fixture, "a killed study continues with what is missing") {
    const std::vector<Row> whole =
        run({{"method", "halving"}, {"n", 12}, {"folder", path + "/other"}}).rows;
    REQUIRE(whole.size() == 17);
    json how{{"method", "halving"}, {"n", 12}, {"kill_after", 5}};
    CHECK(run(how).status != 0);
    CHECK(split(read(journal), '\n').size() == 1 + 5);
    CHECK(run(how).status != 0);  // again, in another rung
    const std::string before = read(journal);
    CHECK(split(before, '\n').size() == 1 + 10);
    how.erase("kill_after");
    CHECK(run(how).rows == whole);
    const std::string after = read(journal);
    CHECK(after.starts_with(before));
    CHECK(split(after, '\n').size() == 1 + 17);
    CHECK(read(path + "/out").starts_with("11/17\n"));
    // Once more: nothing is left to run.
    CHECK(run(how).rows == whole);
    CHECK(read(path + "/out") == "");
    CHECK(read(journal) == after);
  }

  TEST_CASE_FIXTURE(Fixture, "a half-written line is overwritten, also if it is the first") {
    const json how{{"method", "random"}, {"n", 4}};
    const std::vector<Row> rows = run(how).rows;
    const std::string whole = read(journal);
    const size_t last = whole.rfind('\n', whole.size() - 2) + 1;
    for (const size_t length : {last + 1, last + 20, whole.size() - 1}) {
      write(journal, whole.substr(0, length));
      CHECK(run(how).rows == rows);
      CHECK(read(journal).starts_with(whole.substr(0, last)));
      CHECK(split(read(journal), '\n').size() == 5);
    }
    fs::remove_all(study + "/configurations");
    for (const size_t length : {0, 10}) {
      write(journal, whole.substr(0, length));
      CHECK(run(how).rows == rows);
    }
  }

  TEST_CASE_FIXTURE(Fixture, "a longer random search continues a shorter one") {
    const std::vector<Row> three = run({{"method", "random"}, {"n", 3}}).rows;
    std::vector<Row> five = run({{"method", "random"}, {"n", 5}}).rows;
    CHECK(read(path + "/out") == "4/5\n5/5\n");
    REQUIRE(five.size() == 5);
    five.resize(3);
    CHECK(five == three);
    CHECK(run({{"method", "random"}, {"n", 3}}).rows == three);
  }

  TEST_CASE_FIXTURE(Fixture, "a journal of another study is refused and left as it is") {
    const json how{{"method", "random"}, {"n", 2}};
    REQUIRE(run(how).status == 0);
    const std::string before = read(journal);
    const auto refused = [&](const char* what, const json& value) {
      CAPTURE(what);
      json other = how;
      other[what] = value;
      const Outcome outcome = run(other);
      CHECK(outcome.status != 0);
      CHECK(outcome.error.starts_with(str("search: ", journal, " is of another study: ")));
      CHECK(read(journal) == before);
    };
    refused("seed", 1);
    refused("largest_lr", 2);
    refused("method", "grid");
    refused("maximize", true);
    write(journal, "a letter");
    CHECK(run(how).status != 0);
    CHECK(read(journal) == "a letter");
  }

  TEST_CASE_FIXTURE(Fixture,
                    "a damaged journal, one without its beginning and one in use are refused") {
    const json how{{"method", "random"}, {"n", 3}};
    REQUIRE(run(how).status == 0);
    const std::string before = read(journal);
    std::string damaged = before;
    damaged[damaged.find('\n') + 5] = '{';
    write(journal, damaged);
    CHECK(run(how).error.starts_with("search: line 2 of " + journal + " must be a trial; got "));
    CHECK(read(journal) == damaged);

    std::string changed = before;
    changed.replace(changed.find("\"lr\":0.", changed.find('\n')) + 5, 1, "1");
    write(journal, changed);
    CHECK(run(how).error.find("of the journal must have the parameters") != std::string::npos);

    write(journal, before);
    const int file = open(journal.c_str(), O_RDWR | O_CLOEXEC);
    REQUIRE(flock(file, LOCK_EX) == 0);
    CHECK(run(how).error == "search: " + journal + " is in use by another process\n");
    close(file);

    fs::remove(journal);
    CHECK(run(how).error ==
          "search: a folder with configurations must have a journal; got " + study + "\n");
  }

  TEST_CASE_FIXTURE(Fixture, "trials that fail say why, and the study goes on") {
    const json how{{"method", "random"}, {"n", 7},          {"crash", 0},
                   {"exit", 1},          {"throw", 2},      {"nan", 3},
                   {"hang", 4},          {"report_nan", 5}, {"time_limit", 1.5}};
    std::vector<Row> rows = run(how).rows;
    REQUIRE(rows.size() == 7);
    CHECK(rows[0]["reason"] == "killed by signal 6 (Aborted)");
    CHECK(rows[1]["reason"] == "exited with status 3");
    CHECK(rows[2]["reason"] == "no such data");
    CHECK(rows[3]["reason"] == "returned nan");
    CHECK(rows[4]["reason"] == "exceeded the time limit of 1.5 s");
    CHECK(rows[5]["reason"] == "reported nan after 1");
    for (size_t i = 0; i < 6; ++i) {
      CHECK(rows[i]["status"] == "failed");
      CHECK(rows[i]["value"] == "");
    }
    CHECK(rows[6]["status"] == "done");
    CHECK(gone(hanging(4)));
    // They have failed once and for all.
    CHECK(run(how).rows == rows);
    CHECK(read(path + "/out") == "");
  }

  TEST_CASE_FIXTURE(Fixture, "a failed trial is not promoted, and leaves its place empty") {
    std::vector<Row> rows = run({{"method", "halving"}, {"n", 9}, {"crash", 9}}).rows;
    REQUIRE(rows.size() == 13);
    CHECK(rows[9]["status"] == "failed");
    CHECK(rows[12]["status"] == "done");
    CHECK(rows[12]["configuration"] != rows[9]["configuration"]);
  }

  TEST_CASE_FIXTURE(Fixture, "a study whose trials all fail is an error") {
    const Outcome outcome = run({{"method", "random"}, {"n", 2}, {"all_nan", true}});
    CHECK(outcome.status != 0);
    CHECK(outcome.error ==
          "search: at least one trial must succeed; got 2 that failed, the first because: returned "
          "nan\n");
  }

  TEST_CASE_FIXTURE(Fixture, "trials end with a study that is killed") {
    json how{{"method", "random"}, {"n", 2}, {"all_hang", true}};
    // Its own number is the first thing that the shell prints; exec keeps it.
    const std::string shell = "{ echo $$ >" + path + "/parent; " + command(how) + "; }";
    std::thread runner([&] { std::ignore = std::system(shell.c_str()); });
    const pid_t a = hanging(0), b = hanging(1);
    const pid_t parent = std::stoi(read(path + "/parent"));
    CHECK(kill(parent, SIGKILL) == 0);
    runner.join();
    CHECK(gone(a));
    CHECK(gone(b));
    CHECK(split(read(journal), '\n').size() == 1);
  }

  TEST_CASE_FIXTURE(Fixture, "trials end with a study that an exception ends") {
    const Outcome outcome = run({{"method", "random"}, {"n", 4}, {"hang", 0}, {"stop_after", 3}});
    CHECK(outcome.error == "stopped\n");
    CHECK(gone(hanging(0)));
    CHECK(split(read(journal), '\n').size() == 1 + 3);
  }

  TEST_CASE_FIXTURE(Fixture, "without a folder nothing is left") {
    fs::create_directory(path + "/tmp");
    const std::string before = std::getenv("TMPDIR") ? std::getenv("TMPDIR") : "";
    setenv("TMPDIR", (path + "/tmp").c_str(), 1);
    CHECK(run({{"method", "random"}, {"n", 2}, {"folder", ""}}).rows.size() == 2);
    before.empty() ? unsetenv("TMPDIR") : setenv("TMPDIR", before.c_str(), 1);
    CHECK(fs::is_empty(path + "/tmp"));
  }
}
