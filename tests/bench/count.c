/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A QEMU plugin (TCG plugin API version 1, docs/devel/tcg-plugins.rst) that counts the instructions
 * of a Linux guest's start, and how many of them are the hypervisor's. Arguments: kernel=, the
 * physical address of the kernel's first instruction; window=, of the hypervisor's 2 MiB, if there
 * is one; out=, the file for the result. Counting begins at the kernel's first instruction; at user
 * space's first the result is written and QEMU ends.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RAM 0x40000000 /* of QEMU's virt; its first instruction is run there */
#define WINDOW_SIZE 0x200000
#define USER_FIRST 0x100000000000 /* position-independent programs and libraries lie above */
#define USER_END 0x1000000000000
#define ERET 0xd69f03e0

/* What is used of qemu-plugin.h, which Debian does not ship. */
typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void *qemu_plugin_insn_haddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id,
                                           void (*callback)(plugin_id, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
                                            void (*callback)(unsigned int, void *), int flags,
                                            void *data);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn, int add, void *to,
                                                uint64_t value);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;
int qemu_plugin_install(plugin_id id, const void *info, int count, char **arguments);

static uint64_t kernel, window;
static const char *out;
static const uint8_t *ram; /* where QEMU keeps RAM's first byte */
static uint64_t guest, hypervisor, exits, guest_before, hypervisor_before, exits_before;
static int entered;

static void at_kernel(unsigned int cpu, void *data)
{
    (void)cpu;
    (void)data;
    if (!entered) {
        entered = 1;
        guest_before = guest;
        hypervisor_before = hypervisor;
        exits_before = exits;
    }
}

static void at_user(unsigned int cpu, void *data)
{
    FILE *file = fopen(out, "w");

    (void)cpu;
    (void)data;
    if (file == NULL) {
        _exit(1);
    }
    fprintf(file, "{\"guest\": %lu, \"hypervisor\": %lu, \"exits\": %lu}\n", guest - guest_before,
            hypervisor - hypervisor_before, exits - exits_before);
    fclose(file);
    _exit(0);
}

static void translated(struct qemu_plugin_insn *insn)
{
    const uint8_t *host = qemu_plugin_insn_haddr(insn);
    uint64_t vaddr = qemu_plugin_insn_vaddr(insn);
    uint64_t physical = RAM + (uint64_t)(host - ram);
    int own = window != 0 && physical - window < WINDOW_SIZE;
    uint32_t word;

    memcpy(&word, qemu_plugin_insn_data(insn), sizeof word);
    if (physical == kernel) {
        qemu_plugin_register_vcpu_insn_exec_cb(insn, at_kernel, 0, NULL);
    } else if (vaddr >= USER_FIRST && vaddr < USER_END) {
        qemu_plugin_register_vcpu_insn_exec_cb(insn, at_user, 0, NULL);
    }
    qemu_plugin_register_vcpu_insn_exec_inline(insn, 0, own ? &hypervisor : &guest, 1);
    if (own && word == ERET) {
        qemu_plugin_register_vcpu_insn_exec_inline(insn, 0, &exits, 1);
    }
}

static void block(plugin_id id, struct qemu_plugin_tb *tb)
{
    (void)id;
    if (ram == NULL) {
        ram = qemu_plugin_insn_haddr(qemu_plugin_tb_get_insn(tb, 0));
    }
    for (size_t n = 0; n < qemu_plugin_tb_n_insns(tb); n++) {
        translated(qemu_plugin_tb_get_insn(tb, n));
    }
}

int qemu_plugin_install(plugin_id id, const void *info, int count, char **arguments)
{
    (void)info;
    for (int n = 0; n < count; n++) {
        const char *value = strchr(arguments[n], '=') + 1;

        switch (arguments[n][0]) {
        case 'k':
            kernel = strtoull(value, NULL, 0);
            break;
        case 'w':
            window = strtoull(value, NULL, 0);
            break;
        default:
            out = strdup(value);
            break;
        }
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, block);
    return 0;
}
