#include <utility>

#include "gradtape/core/error.h"
#include "gradtape/data/dataloader_options.h"
#include "gradtape/data/worker_exception.h"

namespace gradtape::data {

FullDataLoaderOptions::FullDataLoaderOptions(const DataLoaderOptions& options)
    : batch_size(options.batch_size()),
      workers(options.workers()),
      max_jobs(options.max_jobs().value_or(2 * workers)),
      timeout(options.timeout()),
      enforce_ordering(options.enforce_ordering()),
      drop_last(options.drop_last()) {
  GRADTAPE_CHECK(batch_size > 0, "make_data_loader: batch_size must be at least 1; got 0");
  GRADTAPE_CHECK(workers == 0 || max_jobs > 0,
                 "make_data_loader: max_jobs must be at least 1 with workers (", workers,
                 "); got 0");
}

WorkerException::WorkerException(std::exception_ptr original)
    : original_exception(std::move(original)),
      message("Caught exception in DataLoader worker thread.") {
  try {
    std::rethrow_exception(original_exception);
  } catch (const std::exception& error) {
    message += str(" Original message: ", error.what());
  } catch (...) {
    message += " It was no std::exception.";
  }
}

}  // namespace gradtape::data
