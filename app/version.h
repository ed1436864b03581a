#pragma once

namespace specula {

/// From CMake's project().
inline constexpr const char* kAppVersion = SPECULA_VERSION;

}  // namespace specula
