// What a person picks in a select, of a message or of a form (Discord docs,
// Component Reference).

import { CHANNEL, MENTIONABLE, ROLE, USER, resolveThing } from './client.mjs';

export const STRING_SELECT = 3;
const THING = { 5: USER, 6: ROLE, 7: MENTIONABLE, 8: CHANNEL }; // select type -> option type
export const isSelect = (component) => component.type === STRING_SELECT || component.type in THING;

/** Values for a select: offered ones by value or label; people, roles and channels by name. */
export function pickedOf(person, select, given, context) {
    const { raw, refused, resolved } = context;
    const picked = given === undefined ? presetOf(select) : [].concat(given ?? []);
    const values = picked.map((one) => (select.type === STRING_SELECT ? offered(select, one, raw, refused)
        : resolveThing(person, THING[select.type], one, context)));
    if (raw) return values;
    if (new Set(values).size < values.length) refused('the same is picked twice');
    for (const id of select.type === 8 && select.channel_types ? values : []) {
        if (!select.channel_types.includes(resolved.channels[id].type)) refused(`${resolved.channels[id].name} is no channel of that type`);
    }
    checkCount(select, values.length, refused);
    return values;
}

/** How many: none at all only where nothing is required. */
export function checkCount(component, count, refused) {
    const low = component.min_values ?? 1;
    const high = component.max_values ?? 1;
    if (count === 0 && component.required === false) return;
    if (count < low || count > high) refused(`pick ${low} to ${high} in ${component.label ?? component.custom_id}`);
}

/** The value of an option named by its value or its label. */
export function offered({ options }, wanted, raw, refused) {
    const option = options.find((one) => one.value === wanted || one.label === wanted);
    if (!option && !raw) refused(`no choice "${wanted}", but ${options.map((one) => one.label).join(', ')}`);
    return option?.value ?? wanted;
}

export const presetOf = (component) => component.default_values?.map((one) => one.id)
    ?? component.options?.filter((one) => one.default).map((one) => one.value) ?? [];
