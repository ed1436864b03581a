#include "app/cli.h"

int main(int argc, char** argv) {
    return specula::runProgram(argc, argv);
}
