// The one place that includes Asio, and the names the transport uses it by.
#pragma once

#include <string>
#include <utility>

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/error.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/experimental/as_tuple.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/ip/v6_only.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/post.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

#include "core/base/error.h"

namespace lansync {

// The completion token of every operation here: failures come back as values, as in
// `const auto [failure, count] = co_await socket.async_read_some(buffer, kAsValue);`
// Only cancellation throws, and unwinds the coroutine that was cancelled.
inline constexpr asio::experimental::as_tuple_t<asio::use_awaitable_t<>> kAsValue{};

// A failure as Asio reports it, as the rest of the program knows it: Asio has a category of its own
// for the system's errors, which does not compare equal to std::errc.
inline Error to_error(const asio::error_code& failure, std::string what) {
  if (failure.category() == asio::error::get_system_category()) {
    return {std::error_code(failure.value(), std::generic_category()), std::move(what)};
  }
  return {failure, std::move(what)};
}

}  // namespace lansync
