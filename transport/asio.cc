#include "transport/asio.h"

// Asio's own code, compiled here and nowhere else (ASIO_SEPARATE_COMPILATION).
#include <asio/impl/src.hpp>
