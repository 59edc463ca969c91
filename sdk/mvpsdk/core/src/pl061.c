/* SPDX-License-Identifier: Apache-2.0 */
#include "pl061.h"

#include "vcpu.h"

enum pl061_register {
    GPIODIR = 0x400,
    GPIOIS = 0x404,
    GPIOIBE = 0x408,
    GPIOIEV = 0x40c,
    GPIOIE = 0x410,
    GPIORIS = 0x414,
    GPIOMIS = 0x418,
    GPIOIC = 0x41c,
    GPIOAFSEL = 0x420,
    GPIO_ID = 0xfe0 /* eight registers of a byte each */
};

#define REGISTER_MASK 0xffc
#define DATA_END 0x400 /* GPIODATA: bits 9:2 of the address choose the pins */

/* Peripheral ID 0x00041061, PrimeCell ID 0xb105f00d. */
static const uint8_t ids[8] = {0x61, 0x10, 0x04, 0x00, 0x0d, 0xf0, 0x05, 0xb1};

void pl061_init(struct pl061 *gpio, uint32_t intid)
{
    *gpio = (struct pl061){.intid = intid, .input = gpio->input};
}

/* Inputs whose level is the one that they are sensed for, and edges that were seen. */
static uint8_t raw(const struct pl061 *gpio)
{
    uint32_t levels = ~(uint32_t)(gpio->input ^ gpio->event) & gpio->sense;

    return (uint8_t)(((levels & ~(uint32_t)gpio->direction)) | gpio->edges);
}

static void update_line(struct vcpu *vcpu, const struct pl061 *gpio)
{
    vgic_line(vcpu, gpio->intid, (raw(gpio) & gpio->mask) != 0);
}

void pl061_drive(struct vcpu *vcpu, uint8_t levels)
{
    struct pl061 *gpio = &vcpu->partition->gpio;
    uint32_t changed = levels ^ gpio->input;
    uint32_t wanted = gpio->both | ~(uint32_t)(levels ^ gpio->event);

    gpio->input = levels;
    gpio->edges |= (uint8_t)(changed & wanted & ~(uint32_t)(gpio->sense | gpio->direction));
    update_line(vcpu, gpio);
}

static uint32_t read(const struct pl061 *gpio, uint32_t offset)
{
    switch (offset) {
    case GPIODIR:
        return gpio->direction;
    case GPIOIS:
        return gpio->sense;
    case GPIOIBE:
        return gpio->both;
    case GPIOIEV:
        return gpio->event;
    case GPIOIE:
        return gpio->mask;
    case GPIORIS:
        return raw(gpio);
    case GPIOMIS:
        return raw(gpio) & gpio->mask;
    case GPIOAFSEL:
        return gpio->function;
    default:
        return offset >= GPIO_ID ? ids[(offset - GPIO_ID) / 4] : 0;
    }
}

uint64_t pl061_read(struct vcpu *vcpu, uint64_t offset)
{
    const struct pl061 *gpio = &vcpu->partition->gpio;
    uint32_t reg = (uint32_t)offset & REGISTER_MASK;
    uint32_t levels = (gpio->data & gpio->direction) | (gpio->input & ~(uint32_t)gpio->direction);

    return reg < DATA_END ? levels & reg >> 2 : read(gpio, reg);
}

static void write(struct pl061 *gpio, uint32_t offset, uint8_t value)
{
    switch (offset) {
    case GPIODIR:
        gpio->direction = value;
        break;
    case GPIOIS:
        gpio->sense = value;
        gpio->edges &= (uint8_t)~value;
        break;
    case GPIOIBE:
        gpio->both = value;
        break;
    case GPIOIEV:
        gpio->event = value;
        break;
    case GPIOIE:
        gpio->mask = value;
        break;
    case GPIOIC:
        gpio->edges &= (uint8_t)~value;
        break;
    case GPIOAFSEL:
        gpio->function = value;
        break;
    default:
        break;
    }
}

void pl061_write(struct vcpu *vcpu, uint64_t offset, uint64_t value)
{
    struct pl061 *gpio = &vcpu->partition->gpio;
    uint32_t reg = (uint32_t)offset & REGISTER_MASK;
    uint32_t pins = reg >> 2;

    if (reg < DATA_END) { /* of inputs it is ignored */
        pins &= gpio->direction;
        gpio->data = (uint8_t)((gpio->data & ~pins) | (value & pins));
        return;
    }
    write(gpio, reg, (uint8_t)value);
    update_line(vcpu, gpio);
}
