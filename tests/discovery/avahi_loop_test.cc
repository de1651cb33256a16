#include "discovery/avahi_loop.h"

#include <array>
#include <future>
#include <memory>
#include <vector>

#include <catch2/catch.hpp>
#include <unistd.h>

namespace lansync {
namespace {

using namespace std::chrono_literals;

// Runs `task` on the loop and returns when it is done.
void run_on(AvahiLoop& loop, const AvahiLoop::Task& task) {
  std::promise<void> done;
  loop.post([&] {
    task();
    done.set_value();
  });
  done.get_future().wait();
}

TEST_CASE("Tasks run in the order of posting, those posted before the start as well",
          "[discovery][avahi_loop]") {
  AvahiLoop loop;
  std::vector<int> order;
  loop.post([&order] { order.push_back(1); });
  loop.post([&order] { order.push_back(2); });
  REQUIRE(loop.start());
  run_on(loop, [&order] { order.push_back(3); });
  CHECK(order == std::vector{1, 2, 3});
}

TEST_CASE("A loop that was never started never runs a task", "[discovery][avahi_loop]") {
  bool ran = false;
  {
    AvahiLoop loop;
    loop.post([&ran] { ran = true; });
  }
  CHECK_FALSE(ran);
}

TEST_CASE("Timers fire in the order of their times, once for each arming",
          "[discovery][avahi_loop]") {
  AvahiLoop loop;
  REQUIRE(loop.start());
  std::vector<int> order;
  std::promise<void> done;
  LoopTimer late(loop, [&] {
    order.push_back(2);
    done.set_value();
  });
  LoopTimer early(loop, [&order] { order.push_back(1); });
  LoopTimer disarmed(loop, [&order] { order.push_back(3); });
  run_on(loop, [&] {
    late.arm_after(10ms);
    early.arm_after(1h);
    early.arm_after(1ms);
    disarmed.arm_after(0ms);
    disarmed.disarm();
  });
  done.get_future().wait();
  loop.stop();
  CHECK(order == std::vector{1, 2});
  CHECK_FALSE(late.armed());
}

TEST_CASE("A timer may be destroyed by its own task", "[discovery][avahi_loop]") {
  AvahiLoop loop;
  REQUIRE(loop.start());
  std::promise<void> done;
  std::unique_ptr<LoopTimer> timer;
  timer = std::make_unique<LoopTimer>(loop, [&] {
    timer.reset();
    done.set_value();
  });
  run_on(loop, [&] { timer->arm_after(0ms); });
  done.get_future().wait();
  loop.stop();
  CHECK(timer == nullptr);
}

TEST_CASE("A watch calls for as long as there is something to read", "[discovery][avahi_loop]") {
  AvahiLoop loop;
  REQUIRE(loop.start());
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const FileDescriptor reader(ends[0]);
  const FileDescriptor writer(ends[1]);
  REQUIRE(::write(writer.get(), "abc", 3) == 3);

  std::promise<void> done;
  std::string got;
  std::unique_ptr<LoopWatch> watch;
  run_on(loop, [&] {
    watch = std::make_unique<LoopWatch>(loop, reader.get(), [&] {
      char byte = 0;
      if (::read(reader.get(), &byte, 1) == 1) got += byte;
      if (got.size() < 3) return;
      watch.reset();
      done.set_value();
    });
  });
  done.get_future().wait();
  loop.stop();
  CHECK(got == "abc");
}

}  // namespace
}  // namespace lansync
