// Rules for components that the published schema does not hold (Discord docs,
// Component Reference): of messages, and of forms.

import { FormErrors } from './errors.mjs';
import { eachComponent } from './messages.mjs';
import { STRING_SELECT, isSelect, presetOf } from './picks.mjs';

const UPLOAD = 19, RADIO = 21, CHECKBOXES = 22;

/**
 * The components of a message, without v2 up to 5 rows of 5 buttons or 1
 * select; `say` takes (path, code, words).
 */
export function checkComponents(components, v2, say) {
    const seen = new Set();
    let count = 0;
    if (!v2 && components.length > 5) say(['components'], 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 5 in length.');
    components.forEach((row, at) => {
        if (!v2 && row.type !== 1) say(['components', at, 'type'], 'BASE_TYPE_CHOICES', 'Only action rows without components v2.');
        if (row.type === 1 && row.components.length > 1 && row.components.some((one) => one.type !== 2)) {
            say(['components', at, 'components'], 'COMPONENT_LAYOUT_WIDTH_EXCEEDED', 'A row holds 5 buttons or 1 select.');
        }
    });
    eachComponent(components, (component) => {
        count++;
        if (component.custom_id !== undefined) {
            if (seen.has(component.custom_id)) say(['components'], 'COMPONENT_CUSTOM_ID_DUPLICATED', `Component custom id "${component.custom_id}" cannot be duplicated`);
            seen.add(component.custom_id);
        }
        if (component.type === 2) checkButton(component, say);
        if (isSelect(component)) checkSelect(component, ['components'], say, false);
    });
    if (count > 40) say(['components'], 'BASE_TYPE_MAX_LENGTH', 'Must be 40 or fewer components, nested ones counted.');
}

// Observed (grafana#65270, gitea#14379): a host without a dot is refused.
const LINK = /^(https?|discord):\/\/[^\s/]+\.[^\s/.]+/;

function checkButton(button, say) {
    if (button.url !== undefined && !LINK.test(button.url)) say(['components'], 'URL_TYPE_INVALID_URL', 'Not a well formed URL.');
    const link = button.style === 5;
    if (link !== (button.url !== undefined)) say(['components'], 'BUTTON_COMPONENT_URL', 'A url goes with style 5 and only there.');
    if (link === (button.custom_id !== undefined)) say(['components'], 'BUTTON_COMPONENT_CUSTOM_ID_REQUIRED', 'A custom id is required, but for links.');
    if (!button.label && !button.emoji) say(['components'], 'BUTTON_COMPONENT_LABEL_REQUIRED', 'A label or emoji is required.');
}

// How many may be picked; in a form none at all only where it is not required.
function checkCounts(component, most, path, say, inForm) {
    const low = component.min_values ?? 1;
    const high = component.max_values ?? 1;
    if (low > high) say([...path, 'min_values'], 'BASE_TYPE_BAD_LENGTH', 'min_values is larger than max_values.');
    if (high > most) say([...path, 'max_values'], 'BASE_TYPE_BAD_LENGTH', `max_values is larger than ${most}, all there is.`);
    if (inForm && low === 0 && component.required !== false) say([...path, 'min_values'], 'COMPONENT_REQUIRED_MIN_VALUES', 'min_values 0 goes with required false.');
}

function checkOptions(component, most, path, say) {
    const values = component.options.map((option) => option.value);
    if (new Set(values).size < values.length) say([...path, 'options'], 'SELECT_COMPONENT_OPTION_VALUE_DUPLICATED', 'The specified option value is already used');
    if (presetOf(component).length > most) say([...path, 'options'], 'SELECT_COMPONENT_TOO_MANY_DEFAULTS', `More than ${most} defaults.`);
}

function checkSelect(select, path, say, inForm) {
    checkCounts(select, select.type === STRING_SELECT ? select.options.length : 25, path, say, inForm);
    if (select.type === STRING_SELECT) checkOptions(select, select.max_values ?? 1, path, say);
    if (!inForm && select.required !== undefined) say([...path, 'required'], 'BASE_TYPE_UNKNOWN_KEY', 'Only in a form.');
}

/** A modal's data (Interactions, Modal; Component Reference, Label). */
export function checkModal(modal) {
    const errors = new FormErrors();
    const seen = new Set();
    const say = (...args) => errors.add(...args);
    errors.check(modal.components.length <= 5, ['data', 'components'], 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 5 in length.');
    modal.components.forEach((top, at) => {
        const inner = top.component ?? top.components?.[0];
        const path = ['data', 'components', at, 'component'];
        if (!inner) return;
        errors.check(!seen.has(inner.custom_id), path, 'COMPONENT_CUSTOM_ID_DUPLICATED', 'Custom ids differ within a form.');
        seen.add(inner.custom_id);
        errors.check(inner.disabled === undefined, [...path, 'disabled'], 'BASE_TYPE_UNKNOWN_KEY', 'Not in a form.');
        if (isSelect(inner)) checkSelect(inner, path, say, true);
        if (inner.type === UPLOAD) checkCounts(inner, 10, path, say, true);
        if (inner.type === RADIO || inner.type === CHECKBOXES) checkOptions(inner, inner.type === RADIO ? 1 : inner.max_values ?? inner.options.length, path, say);
        if (inner.type === CHECKBOXES) checkCounts({ max_values: inner.options.length, ...inner }, inner.options.length, path, say, true);
        if (inner.type === 4 && top.type === 18) {
            errors.check(!inner.label, [...path, 'label'], 'BASE_TYPE_UNKNOWN_KEY', 'The label is the Label\'s.');
            errors.check((inner.min_length ?? 0) <= (inner.max_length ?? 4000), [...path, 'min_length'], 'BASE_TYPE_BAD_LENGTH', 'Larger than max_length.');
            errors.check((inner.value?.length ?? 0) <= (inner.max_length ?? 4000), [...path, 'value'], 'BASE_TYPE_MAX_LENGTH', 'Longer than max_length.');
        }
    });
    errors.throwIfAny();
}
