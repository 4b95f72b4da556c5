// Buttons, selects and the newer layout components of a message.

import { h, icon, newId } from './dom.mjs';
import { picks, select } from './fields.mjs';
import { showForm } from './forms.mjs';
import { linkView, markdown } from './markdown_view.mjs';
import { names } from './names.mjs';
import { act, state } from './state.mjs';

const ROW = 1, BUTTON = 2, SELECT = 3, SECTION = 9, TEXT = 10, THUMBNAIL = 11, GALLERY = 12, FILE = 13, SEPARATOR = 14, CONTAINER = 17;
const AS_OPTION = { 5: 6, 6: 8, 7: 9, 8: 7 };
const LINK = 5;
const STYLES = { 1: 'primary', 2: 'secondary', 3: 'success', 4: 'danger' };

/** `message` is whose component it is; `fail` is told of refusals. */
export function components(message, fail) {
    return message.components.map((component) => view(component, { message, fail }));
}

function view(component, place) {
    switch (component.type) {
    case ROW: return h('div', { class: 'row' }, component.components.map((one) => view(one, place)));
    case BUTTON: return buttonView(component, place);
    case TEXT: return markdown(component.content, names);
    case SECTION: return h('div', { class: 'section' }, h('div', {}, component.components.map((one) => view(one, place))), view(component.accessory, place));
    case CONTAINER: return containerView(component, place);
    case SEPARATOR: return component.divider === false ? h('div', { class: 'gap' }) : h('hr');
    case THUMBNAIL: return picture(component, place, 'thumbnail');
    case GALLERY: return h('div', { class: 'gallery' }, component.items.map((item) => picture(item, place, 'picture')));
    case FILE: return fileView(fileOf(component.file?.url, place.message));
    default: return component.type === SELECT || AS_OPTION[component.type] ? selectView(component, place) : h('p', { class: 'small' }, `Not shown here: component ${component.type}`);
    }
}

async function press(message, component, values, fail, control) {
    control.setAttribute('aria-busy', 'true');
    try {
        const { form } = await act('press', { message: message.id, component: component.custom_id, values });
        if (form) showForm(form);
    } catch (error) {
        fail(error.message);
    }
    control.removeAttribute('aria-busy');
}

function buttonView(component, { message, fail }) {
    const label = [component.emoji?.name && h('span', { 'aria-hidden': 'true' }, `${component.emoji.name} `), component.label];
    if (component.style === LINK) return h('span', { class: 'link-button' }, linkView(component.url, [component.label], names));
    const button = h('button', {
        type: 'button', class: STYLES[component.style], disabled: component.disabled, 'data-focus': component.custom_id,
        onclick: () => press(message, component, undefined, fail, button),
    }, label);
    return button;
}

/** A select and the button that sends the choice: arrows alone must not send. */
function selectView(component, { message, fail }) {
    const choices = component.type === SELECT
        ? component.options.map(({ value, label, description, default: selected }) => ({ value, label: description ? `${label} · ${description}` : label, selected }))
        : picks[AS_OPTION[component.type]]();
    const most = component.max_values ?? 1;
    const label = component.placeholder ?? 'Choose';
    if (most > 1) return checksView(component, choices, label, { message, fail });
    const control = select(choices, { 'aria-label': label, 'data-focus': component.custom_id, disabled: component.disabled }, label);
    return h('form', {
        class: 'choose', onsubmit: (event) => {
            event.preventDefault();
            if (control.value) press(message, component, [control.value], fail, control);
            else { control.focus(); fail('Choose something first.'); }
        },
    }, control, h('button', { type: 'submit', disabled: component.disabled, 'data-focus': `${component.custom_id} send` }, 'Choose'));
}

function checksView(component, choices, label, { message, fail }) {
    const boxes = choices.map(({ value, selected }) => h('input', { type: 'checkbox', id: newId('box'), value, checked: selected, 'data-focus': `${component.custom_id} ${value}` }));
    const form = h('form', {
        class: 'choose many', onsubmit: (event) => {
            event.preventDefault();
            press(message, component, boxes.filter((box) => box.checked).map((box) => box.value), fail, form);
        },
    }, h('fieldset', {}, h('legend', {}, label), boxes.map((box, at) => h('label', { class: 'choice', for: box.id }, box, choices[at].label))),
    h('button', { type: 'submit' }, 'Choose'));
    return form;
}

function containerView({ components: inner, accent_color: accent, spoiler }, place) {
    const box = h('div', { class: 'card' }, inner.map((one) => view(one, place)));
    if (accent !== undefined && accent !== null) box.style.borderInlineStartColor = hex(accent);
    return spoiler ? h('details', {}, h('summary', {}, 'Hidden'), box) : box;
}

const hex = (color) => `#${color.toString(16).padStart(6, '0')}`;

const fileOf = (url, message) => message.files.find(({ name }) => url === `attachment://${name}` || url?.includes(`/${encodeURIComponent(name)}`));

function picture({ media, description }, { message }, kind) {
    const file = fileOf(media?.url, message);
    return file ? h('img', { class: kind, src: fileUrl(file), alt: description ?? file.about ?? file.name }) : null;
}

const fileUrl = (file) => `${file.path}?as=${state.me}`;

const size = (bytes) => (bytes < 1000 ? `${bytes} B` : bytes < 1e6 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

export function fileView(file) {
    if (!file) return null;
    const isPicture = /^image\/(png|jpeg|gif|webp)$/.test(file.type ?? '');
    return h('figure', { class: 'file' },
        isPicture && h('img', { src: fileUrl(file), alt: file.about ?? file.name, loading: 'lazy' }),
        h('figcaption', {}, icon('file'), h('a', { href: fileUrl(file), download: file.name }, file.name), h('span', { class: 'small' }, size(file.size))));
}

export function embedView(embed) {
    const box = h('div', { class: 'card embed' },
        embed.author?.name && h('p', { class: 'small' }, embed.author.name),
        embed.title && h('div', { class: 'card-title' }, embed.url ? linkView(embed.url, [markdown(embed.title, names)], names) : markdown(embed.title, names)),
        embed.description && markdown(embed.description, names),
        embed.fields?.length > 0 && h('dl', {}, embed.fields.map(({ name, value, inline }) => h('div', { class: inline ? 'inline' : '' }, h('dt', {}, markdown(name, names)), h('dd', {}, markdown(value, names))))),
        embed.footer?.text && h('p', { class: 'small footer' }, embed.footer.text));
    if (embed.color !== undefined) box.style.borderInlineStartColor = hex(embed.color);
    return box;
}
