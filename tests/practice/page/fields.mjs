// One field for each kind of option of a command, made from its registration:
// {element, focus(), value(), set(value)}. value() is undefined when left empty,
// and promises files.

import { Combobox } from './combobox.mjs';
import { h, newId } from './dom.mjs';
import { act, fileData, state } from './state.mjs';

const STRING = 3, INTEGER = 4, BOOLEAN = 5, USER = 6, CHANNEL = 7, ROLE = 8, MENTIONABLE = 9, NUMBER = 10, FILE = 11;

const people = () => state.view.members.map(({ id, name }) => ({ value: id, label: name })); // without @: a browser finds a choice by its first letters
const rooms = () => state.view.channels.filter(({ type }) => type !== 4).map(({ id, name }) => ({ value: id, label: `#${name}` }));
const roles = () => state.view.roles.map(({ id, name }) => ({ value: id, label: `@${name.replace(/^@/, '')}` }));

/** What a picker of Discord's offers, by option type or component type. */
export const picks = { [USER]: people, [CHANNEL]: rooms, [ROLE]: roles, [MENTIONABLE]: () => [...people(), ...roles()] };

export function select(choices, props = {}, empty = 'Choose…') {
    return h('select', props, empty !== null && h('option', { value: '' }, empty),
        choices.map(({ value, label, selected }) => h('option', { value: String(value), selected }, label)));
}

function simple(control) {
    return { control, focus: () => control.focus(), value: () => control.value || undefined, set: (value) => { control.value = value; } };
}

function choiceField(option, choices, props) {
    const field = simple(select(choices, props, option.required ? 'Choose…' : 'Not set'));
    const isNumber = option.type === INTEGER || option.type === NUMBER;
    const set = (value) => {
        const plain = (word) => String(word).toLowerCase().replace(/^[@#]/, '');
        const fits = choices.find((one) => [one.value, one.label].some((word) => plain(word) === plain(value)));
        field.control.value = fits ? String(fits.value) : '';
    };
    return { ...field, set, value: () => (field.control.value === '' ? undefined : isNumber ? Number(field.control.value) : field.control.value) };
}

function textField(option, props, offers) {
    const isNumber = option.type !== STRING;
    const input = h('input', { type: 'text', inputmode: isNumber ? 'decimal' : undefined, maxlength: option.max_length, autocomplete: 'off', ...props });
    let picked = null; // what was taken from the list: shown by its name, sent by its value
    const field = simple(input);
    field.value = () => {
        const typed = input.value;
        if (typed.trim() === '') return undefined;
        const value = picked?.label === typed ? picked.value : typed;
        return isNumber ? Number(value) : value;
    };
    if (option.autocomplete) {
        field.combobox = new Combobox(input, {
            label: `Offers for ${option.name}`, idle: true, wait: 60,
            suggest: (text) => offers(option.name, text),
            pick: (choice) => { picked = choice; input.value = choice.label; },
        });
    }
    return field;
}

function boolField(props) {
    const field = simple(select([{ value: 'true', label: 'Yes' }, { value: 'false', label: 'No' }], props, 'Not set'));
    return {
        ...field, value: () => (field.control.value ? field.control.value === 'true' : undefined),
        set: (value) => { field.control.value = String(/^(true|yes|1)$/i.test(value)); },
    };
}

export function fileField(props, { multiple = false } = {}) {
    const input = h('input', { type: 'file', multiple, ...props });
    return {
        control: input, focus: () => input.focus(), set: () => {},
        value: async () => {
            const files = await Promise.all([...input.files].map(fileData));
            return multiple ? files : files[0];
        },
    };
}

function make(option, props, offers) {
    if (option.choices?.length) return choiceField(option, option.choices.map(({ name, value }) => ({ value, label: name })), props);
    switch (option.type) {
    case BOOLEAN: return boolField(props);
    case USER: case CHANNEL: case ROLE: case MENTIONABLE: return choiceField(option, picks[option.type](), props);
    case FILE: return fileField(props);
    default: return textField(option, props, offers);
    }
}

/** The field of an option with its label; `remove` makes it one that can go. */
export function optionField(option, { offers, remove }) {
    const id = newId('option');
    const field = make(option, { id, 'aria-describedby': `${id}-about`, 'aria-required': option.required ? 'true' : undefined }, offers);
    field.name = option.name;
    field.element = h('div', { class: 'field', 'data-option': option.name },
        h('label', { for: id }, option.name, option.required && h('span', { class: 'required' }, ' required')),
        h('div', { class: 'control' }, field.combobox?.list, field.control,
            remove && h('button', { type: 'button', class: 'quiet remove', 'aria-label': `Leave out ${option.name}`, onclick: remove }, '×')),
        h('p', { class: 'hint', id: `${id}-about` }, option.description));
    return field;
}

/** The bot's offers for one option, given what is filled in so far. */
export const askOffers = async (command, values, focused) => {
    const { choices } = await act('autocomplete', { command, values, focused });
    return choices.map(({ name, value }) => ({ label: name, value }));
};
