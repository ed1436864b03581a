#pragma once

// Loops over a vocabulary are compiled for several instruction sets and the best is chosen when the program
// starts. (Not under sanitizers: the choice runs before they are ready.)
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define SPECULA_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define SPECULA_CLONES
#endif
