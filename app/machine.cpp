#include "app/machine.h"

#include <QString>
#include <QSysInfo>

#include <fstream>
#include <sstream>
#include <thread>

namespace specula {

namespace {

/// The value after "name : " in a file of such lines, "" where there is none.
std::string lineOf(const char* path, const std::string& name) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        const auto colon = line.find(':');
        if (colon == line.npos || !line.starts_with(name)) continue;
        const auto start = line.find_first_not_of(" \t", colon + 1);
        return start == line.npos ? std::string() : line.substr(start);
    }
    return {};
}

Machine readMachine() {
    Machine machine;
    machine.processor = lineOf("/proc/cpuinfo", "model name");
    machine.cores = static_cast<int>(std::thread::hardware_concurrency());
    std::istringstream memory(lineOf("/proc/meminfo", "MemTotal"));
    std::int64_t kibibytes = 0;
    if (memory >> kibibytes) machine.memoryBytes = kibibytes * 1024;
    machine.system = QSysInfo::prettyProductName().toStdString() + ", " +
                     QSysInfo::kernelType().toStdString() + " " + QSysInfo::kernelVersion().toStdString();
    return machine;
}

}  // namespace

const Machine& thisMachine() {
    static const Machine machine = readMachine();
    return machine;
}

}  // namespace specula
