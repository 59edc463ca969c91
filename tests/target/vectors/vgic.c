/* SPDX-License-Identifier: Apache-2.0 */
/* Sequences of what may happen to a virtual GIC; after each the list registers are looked at. */
#include "vgic.h"
#include "arch.h"
#include "host.h"
#include "interpreter.h"
#include "machine.h"

enum operation {
    DISTRIBUTOR = 0, /* place: offset | size << 32 | write << 40; so for the next */
    REDISTRIBUTOR = 1,
    SGI = 2,      /* value: of ICC_SGI1R */
    HARDWARE = 3, /* place: INTID; so for the next two */
    LINE = 4,
    PULSE = 5,
    MAINTENANCE = 6,
    SWITCH = 7,       /* place: vCPU that comes */
    ACKNOWLEDGE = 8,  /* the guest takes the most urgent interrupt */
    END = 9,          /* place: INTID; the guest has served it */
    DISTRIBUTOR2 = 10 /* a GICv2's; place as for the others */
};

static void mix_list_registers(const struct vcpu *vcpu)
{
    for (uint32_t n = 0; n < vcpu->vgic.lr_count; n++) {
        vector_mix(arch_lr_read(n));
    }
    vector_mix(arch_lr_empty());
    vector_mix(host_maintenance() ? 1 : 0);
    vector_mix(host.active[vcpu->vgic.timer_irq]);
}

static void write_register(struct vcpu *vcpu, uint64_t operation, uint64_t offset, uint32_t size,
                           uint64_t value)
{
    if (operation == DISTRIBUTOR) {
        vgic_distributor_write(vcpu, offset, size, value);
    } else if (operation == DISTRIBUTOR2) {
        vgic_distributor2_write(vcpu, offset, size, value);
    } else {
        vgic_redistributor_write(vcpu, offset, size, value);
    }
}

static uint64_t read_register(struct vcpu *vcpu, uint64_t operation, uint64_t offset, uint32_t size)
{
    if (operation == DISTRIBUTOR) {
        return vgic_distributor_read(vcpu, offset, size);
    }
    return operation == DISTRIBUTOR2 ? vgic_distributor2_read(vcpu, offset, size)
                                     : vgic_redistributor_read(vcpu, offset, size);
}

static void access_register(struct vcpu *vcpu, uint64_t operation, uint64_t place, uint64_t value)
{
    uint64_t offset = place & 0xffffffff;
    uint32_t size = place >> 32 & 0xff;

    if ((place >> 40) != 0) {
        write_register(vcpu, operation, offset, size, value);
    } else {
        vector_mix(read_register(vcpu, operation, offset, size));
    }
}

static void operate(struct vcpu *vcpu, uint64_t operation, uint64_t place, uint64_t value)
{
    switch (operation) {
    case SGI:
        vgic_sgi(vcpu, value);
        break;
    case HARDWARE:
        vgic_hardware(vcpu, (uint32_t)place);
        break;
    case LINE:
        vgic_line(vcpu, (uint32_t)place, value != 0);
        break;
    case PULSE:
        vgic_pulse(vcpu, (uint32_t)place);
        break;
    case MAINTENANCE:
        vgic_maintenance(vcpu);
        break;
    case ACKNOWLEDGE:
        vector_mix(host_guest_acknowledge());
        break;
    case END:
        vector_mix(host_guest_end((uint32_t)place) ? 1 : 0);
        break;
    default:
        access_register(vcpu, operation, place, value);
        break;
    }
}

void vector_vgic(const uint64_t *words, uint64_t count)
{
    struct partition *partition = &machine.partitions[words[0]];
    struct vcpu *vcpu;

    vector_boot(words[0]);
    vcpu = &partition->vcpus[0];
    vgic_load(vcpu);
    for (uint64_t n = 1; n + 3 <= count; n += 3) {
        if (words[n] == SWITCH) {
            vgic_save(vcpu);
            vcpu = &partition->vcpus[words[n + 1] % partition->vcpu_count];
            vgic_load(vcpu);
        } else {
            operate(vcpu, words[n], words[n + 1], words[n + 2]);
        }
        mix_list_registers(vcpu);
        vector_mix(vgic_pending(vcpu) ? 1 : 0);
    }
    vgic_save(vcpu);
}
