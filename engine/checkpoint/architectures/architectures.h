#pragma once

#include "engine/checkpoint/architecture.h"

// Every architecture the program knows; each is defined in the file of its family beside this one.

namespace specula {

extern const Architecture kLlama, kMistral, kQwen2, kQwen3, kSmolLm3, kOlmo2;  // llama_family.cpp
extern const Architecture kPhi3;                                               // phi.cpp
extern const Architecture kGemma2, kGemma3;                                    // gemma.cpp
extern const Architecture kGpt2;                                               // gpt2.cpp
extern const Architecture kGptNeoX;                                            // gpt_neox.cpp
extern const Architecture kOpt;                                                // opt.cpp

}  // namespace specula
