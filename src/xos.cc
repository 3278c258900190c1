#include "shell/commands.h"

int main(int count, char** arguments) {
    return xos::shell::run(count, arguments);
}
