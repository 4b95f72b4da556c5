// A form in front of a person: its fields, and what a client sends when it is
// filled (Discord docs, Component Reference, Label; Interaction Data, Modal Submit).

import { resolveFile } from './client.mjs';
import { checkCount, isSelect, offered, pickedOf, presetOf } from './picks.mjs';

const TEXT = 4, UPLOAD = 19, RADIO = 21, CHECKBOXES = 22, CHECKBOX = 23;
const KINDS = { 3: 'select', [TEXT]: 'text', 5: 'users', 6: 'roles', 7: 'mentionables', 8: 'channels', [UPLOAD]: 'files', [RADIO]: 'radio', [CHECKBOXES]: 'checkboxes', [CHECKBOX]: 'checkbox' };

export class Modal {
    constructor(data, source) {
        this.customId = data.custom_id;
        this.title = data.title;
        this.components = data.components;
        this.interaction = data.interaction;
        this.source = source; // the message it was opened from, if any
    }

    /** The text between the fields. */
    get text() { return this.components.filter((top) => top.type === 10).map((top) => top.content).join('\n'); }

    /** [{kind, customId, label, hint, required, value or options, …}] in order. */
    get fields() {
        return this.components.flatMap((top) => {
            const input = top.component ?? top.components?.[0];
            if (!input) return [];
            const label = top.label ?? input.label;
            return [{
                input: { ...input, label }, kind: KINDS[input.type], customId: input.custom_id, label, hint: top.description ?? input.placeholder,
                required: input.required ?? input.type !== CHECKBOX, ...particulars(input),
            }];
        });
    }

    /** The data of a submit; what is not given keeps its preset value. */
    filled(person, values, { channel, raw, refused }) {
        const { fields } = this;
        for (const name of Object.keys(values)) {
            if (!fields.some((field) => field.customId === name || field.label === name)) refused(`the form has no field ${name}`);
        }
        const context = { channel, raw, refused, resolved: {} };
        let next = 1;
        const idOf = (component) => { const id = component.id || next; next = Math.max(next, id) + 1; return id; };
        const components = this.components.map((top) => {
            const id = idOf(top);
            const input = top.component ?? top.components?.[0];
            if (!input) return { type: top.type, id };
            const field = fields.find((one) => one.customId === input.custom_id);
            const sent = { type: input.type, id: idOf(input), custom_id: field.customId, ...sentValue(person, field, values[field.customId] ?? values[field.label], context) };
            return top.component ? { type: top.type, id, component: sent } : { type: top.type, id, components: [sent] };
        });
        const { resolved } = context;
        return { custom_id: this.customId, components, ...(Object.keys(resolved).length ? { resolved } : {}) };
    }
}

function particulars(input) {
    if (input.type === TEXT) return { value: input.value ?? '', style: input.style, minLength: input.min_length ?? 0, maxLength: input.max_length ?? 4000 };
    if (input.type === CHECKBOX) return { value: input.default ?? false };
    return { options: input.options, value: presetOf(input), minValues: input.min_values ?? 1, maxValues: input.max_values ?? 1 };
}

function sentValue(person, field, given, context) {
    const { input } = field;
    const { raw, refused } = context;
    if (isSelect(input)) return { values: pickedOf(person, input, given, context) };
    switch (input.type) {
    case UPLOAD: {
        const files = [].concat(given ?? []);
        if (!raw) checkCount(input, files.length, refused);
        return { values: files.map((file) => resolveFile(person, file, context)) };
    }
    case RADIO: {
        const [value] = [].concat(given ?? field.value).map((one) => offered(input, one, raw, refused));
        if (!raw && field.required && value === undefined) refused(`field ${field.label} is required`);
        return { value: value ?? null };
    }
    case CHECKBOXES: {
        const values = [].concat(given ?? field.value).map((one) => offered(input, one, raw, refused));
        if (!raw) checkCount({ ...input, max_values: input.max_values ?? input.options.length }, values.length, refused);
        return { values };
    }
    case CHECKBOX: return { value: Boolean(given ?? field.value) };
    default: return { value: textOf(field, String(given ?? field.value), context) };
    }
}

function textOf(field, text, { raw, refused }) {
    if (raw) return text;
    if (field.required && text.trim() === '') refused(`field ${field.label} is required`);
    if (text && text.length < field.minLength) refused(`field ${field.label} is shorter than ${field.minLength}`);
    if (text.length > field.maxLength) refused(`field ${field.label} is longer than ${field.maxLength}`);
    return text;
}
