// A form of the bot's (Discord's modal) in a dialog: text inputs, selects,
// radios, checkboxes and files in labels, and text between them.

import { h, icon, newId } from './dom.mjs';
import { fileField, picks, select } from './fields.mjs';
import { markdown } from './markdown_view.mjs';
import { names } from './names.mjs';
import { act } from './state.mjs';

const ROW = 1, SELECT = 3, TEXT = 4, TEXT_DISPLAY = 10, LABEL = 18, FILES = 19, RADIO = 21, CHECKS = 22, CHECK = 23;
const SHORT = 1;
const AS_OPTION = { 5: 6, 6: 8, 7: 9, 8: 7 }; // pickers: component type to option type

export function showForm(form) {
    const returnTo = document.activeElement;
    const title = newId('form');
    const parts = form.components.map(part).filter(Boolean);
    const problem = h('p', { class: 'problem', role: 'alert', hidden: true });
    const send = h('button', { type: 'submit', class: 'primary' }, 'Submit');
    const dialog = h('dialog', { class: 'form', 'aria-labelledby': title },
        h('form', { novalidate: true, onsubmit: submit },
            h('div', { class: 'form-head' }, h('h2', { id: title }, form.title),
                h('button', { type: 'button', class: 'quiet icon-button', 'aria-label': 'Close the form', onclick: () => dialog.close() }, icon('close'))),
            h('div', { class: 'form-body' }, parts.map(({ element }) => element)), problem,
            h('div', { class: 'form-foot' }, h('button', { type: 'button', onclick: () => dialog.close() }, 'Cancel'), send)));

    async function submit(event) {
        event.preventDefault();
        problem.hidden = true;
        const missing = parts.find(({ required, isEmpty }) => required && isEmpty?.());
        try {
            if (missing) { missing.focus(); throw new Error(`${missing.label} is required.`); }
            send.disabled = true;
            const given = await Promise.all(parts.filter(({ name }) => name).map(async ({ name, value }) => [name, await value()]));
            const { form: next } = await act('submit', { interaction: form.interaction, values: Object.fromEntries(given.filter(([, value]) => value !== undefined)) });
            dialog.close();
            if (next) showForm(next);
        } catch (error) {
            problem.textContent = error.message;
            problem.hidden = false;
            send.disabled = false;
        }
    }
    dialog.addEventListener('close', () => {
        dialog.remove();
        // Closing gave it back the focus, but the caret went with the dialog.
        document.activeElement?.blur();
        if (returnTo?.isConnected) returnTo.focus(); else document.getElementById('line').focus();
    });
    document.body.append(dialog);
    dialog.showModal();
    parts.find(({ focus }) => focus)?.focus();
}

function part(top) {
    if (top.type === TEXT_DISPLAY) return { element: markdown(top.content, names) };
    const input = top.type === LABEL ? top.component : top.type === ROW ? top.components[0] : null;
    if (!input) return null;
    const id = newId('field');
    const label = top.label ?? input.label ?? input.custom_id;
    const required = input.required ?? input.type !== CHECK;
    const field = control(input, { id, 'aria-describedby': top.description ? `${id}-about` : undefined, 'aria-required': required ? 'true' : undefined }, required);
    const head = [label, required && h('span', { class: 'required' }, ' required')];
    const hint = top.description && h('p', { class: 'hint', id: `${id}-about` }, top.description);
    const element = field.group
        ? h('fieldset', { class: 'field', 'aria-describedby': top.description ? `${id}-about` : undefined }, h('legend', {}, head), hint, field.element)
        : h('div', { class: 'field' }, h('label', { for: id }, head), hint, field.element);
    return { ...field, element, name: input.custom_id, label, required };
}

function control(input, props, required) {
    switch (input.type) {
    case TEXT: return textControl(input, props);
    case SELECT: return listControl(input.options.map(({ value, label, description, default: selected }) => ({ value, label, note: description, selected })), input, props, required);
    case RADIO: return groupControl('radio', input.options, 1);
    case CHECKS: return groupControl('checkbox', input.options, input.max_values ?? input.options.length);
    case CHECK: return checkControl(input, props);
    case FILES: {
        const field = fileField(props, { multiple: (input.max_values ?? 1) > 1 });
        return { element: field.control, focus: field.focus, value: async () => [].concat(await field.value() ?? []), isEmpty: () => !field.control.files.length };
    }
    default: {
        const chosen = new Set((input.default_values ?? []).map(({ id }) => id));
        return listControl(picks[AS_OPTION[input.type]]().map((one) => ({ ...one, selected: chosen.has(one.value) })), input, props, required);
    }
    }
}

function textControl({ style, max_length: longest, placeholder, value }, props) {
    const common = { ...props, maxlength: longest ?? 4000, placeholder, autocomplete: 'off' };
    const element = style === SHORT ? h('input', { type: 'text', ...common }) : h('textarea', { rows: '3', ...common });
    element.value = value ?? '';
    return { element, focus: () => element.focus(), value: () => element.value, isEmpty: () => element.value.trim() === '' };
}

function listControl(choices, input, props, required) {
    if ((input.max_values ?? 1) > 1) return groupControl('checkbox', choices.map((one) => ({ ...one, description: one.note, default: one.selected })), input.max_values);
    const element = select(choices.map((one) => ({ ...one, label: one.note ? `${one.label} · ${one.note}` : one.label })), props, input.placeholder ?? (required ? 'Choose…' : 'Not set'));
    return { element, focus: () => element.focus(), value: () => (element.value ? [element.value] : []), isEmpty: () => !element.value };
}

function groupControl(type, options, most) {
    const name = newId('group');
    const boxes = options.map(({ value, default: checked }) => h('input', { type, name, value, checked, id: newId('box') }));
    const element = h('div', { class: 'group' }, options.map(({ label, description }, at) => h('label', { class: 'choice', for: boxes[at].id },
        boxes[at], h('span', {}, label, description && h('span', { class: 'hint' }, description)))));
    const values = () => boxes.filter((box) => box.checked).map((box) => box.value);
    element.addEventListener('change', () => boxes.forEach((box) => { box.disabled = type === 'checkbox' && !box.checked && values().length >= most; }));
    return {
        group: true, element, focus: () => boxes[0].focus(), value: () => (type === 'radio' ? values()[0] : values()), isEmpty: () => values().length === 0,
    };
}

function checkControl({ default: checked }, props) {
    const element = h('input', { type: 'checkbox', ...props, checked });
    return { element, focus: () => element.focus(), value: () => element.checked };
}
