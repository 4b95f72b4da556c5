// Compares fields.mjs, and what the stand-in answers for GitHub, with GitHub's
// published description: the file generated/api.github.com.deref.json of the
// npm package @octokit/openapi. That is 28 MB to fetch, so no test needs it:
//
//     node tests/forge/compare.mjs FILE

import { readFileSync } from 'node:fs';

import { github } from './fields.mjs';
import { Forge } from './standin.mjs';

const NAMES = { owner: '{owner}', repo: '{repo}' };
const { paths } = JSON.parse(readFileSync(process.argv[2]));
const problems = [];
const same = (one, other) => [...one].sort().join() === [...other].sort().join();

function operation(method, pattern) {
    const path = pattern.split('/').map((part, i, all) => {
        if (!part.startsWith(':')) return part;
        return NAMES[part.slice(1)] ?? (all[i - 1] === 'pulls' ? '{pull_number}' : '{issue_number}');
    }).join('/');
    return paths[path]?.[method.toLowerCase()];
}

const kinds = (schema) => [schema, ...(schema.oneOf ?? []), ...(schema.anyOf ?? []), ...(schema.allOf ?? [])];

function typeFits(type, schema) {
    return kinds(schema).some((one) => (typeof type === 'string' ? [one.type].flat().includes(type)
        : one.type === 'array' && kinds(one.items ?? {}).some((item) => [item.type].flat().includes(type.list))));
}

function checkBody(name, row, schema) {
    const objects = kinds(schema).filter((one) => one.properties);
    for (const [field, type] of Object.entries(row.body)) {
        const known = objects.map((one) => one.properties[field]).find(Boolean);
        if (!known) problems.push(`${name}: ${field} is not described`);
        else if (!typeFits(type, known)) problems.push(`${name}: ${field} has another type`);
    }
    if (!objects.some((one) => same(one.required ?? [], row.required))) problems.push(`${name}: required is ${objects.map((one) => one.required)}`);
}

function checkAnswer(name, answer, schema) {
    for (const [field, value] of Object.entries(answer)) {
        const known = kinds(schema).map((one) => one.properties?.[field]).find(Boolean);
        if (!known) problems.push(`${name} answers ${field}, which is not described`);
        else if (value !== null && typeof value === 'object' && !Array.isArray(value)) checkAnswer(`${name} ${field}`, value, known);
        else if (value !== null && !Array.isArray(value) && !kinds(known).some((one) => [one.type].flat().some((type) => type === typeof value || (type === 'integer' && typeof value === 'number')))) problems.push(`${name} answers ${field} with another type`);
    }
}

const forge = new Forge('github');
forge.base = 'https://github.com';
const pull = { number: 1, node: 'PR_1', head: 'a', base: 'main', state: 'open', title: 't', body: 'b', labels: [], draft: true };
const merged = { ...pull, state: 'merged', by: 'nova', commit: 'c', ended: 1 };
const issue = { number: 2, state: 'closed', reason: 'completed', by: 'nova', title: 't', body: 'b', labels: [] };

for (const [method, pattern, row] of github) {
    const name = `${method} ${pattern}`, described = operation(method, pattern);
    if (!described) {
        problems.push(`${name} is not described`);
        continue;
    }
    if (row.body) checkBody(name, row, described.requestBody.content['application/json'].schema);
    const parameters = described.parameters.filter((one) => one.in === 'query').map((one) => one.name);
    for (const query of row.query ?? []) if (!parameters.includes(query)) problems.push(`${name}: ?${query} is not described`);
    const answer = described.responses[row.status]?.content?.['application/json']?.schema;
    if (!answer) problems.push(`${name} does not answer ${row.status}`);
    else if (/pulls\/:number$/.test(pattern)) for (const one of [pull, merged]) checkAnswer(name, forge.pullJson(one), answer);
    else if (/issues(\/:number)?$/.test(pattern) && method !== 'GET') checkAnswer(name, forge.issueJson(issue), answer);
    else if (/issues\/:number$/.test(pattern)) checkAnswer(name, forge.issueJson(issue), answer);
    else if (/pulls$/.test(pattern) && method === 'POST') checkAnswer(name, forge.pullJson(pull), answer);
}

for (const problem of problems) console.log(problem);
console.log(problems.length === 0 ? 'GitHub describes it so.' : `${problems.length} differences`);
process.exitCode = problems.length === 0 ? 0 : 1;
