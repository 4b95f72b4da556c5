// What the three forges document of the requests that opsroom makes: the fields
// of each body with their types, and the parameters of each address. Written
// from their references; github.test.mjs compares GitHub's with its published
// description where that is at hand.

const texts = { list: 'string' }, numbers = { list: 'number' };

/** [method, path, {query, body, required, status}] */
export const github = [
    ['GET', '/repos/:owner/:repo/pulls', { query: ['state', 'head', 'base', 'sort', 'direction', 'per_page', 'page'], status: 200 }],
    ['POST', '/repos/:owner/:repo/pulls', { body: { title: 'string', head: 'string', base: 'string', body: 'string', draft: 'boolean', maintainer_can_modify: 'boolean' }, required: ['head', 'base'], status: 201 }],
    ['GET', '/repos/:owner/:repo/pulls/:number', { status: 200 }],
    ['PATCH', '/repos/:owner/:repo/pulls/:number', { body: { title: 'string', body: 'string', state: 'string', base: 'string', maintainer_can_modify: 'boolean' }, required: [], status: 200 }],
    ['POST', '/repos/:owner/:repo/pulls/:number/requested_reviewers', { body: { reviewers: texts, team_reviewers: texts }, required: [], status: 201 }],
    ['POST', '/repos/:owner/:repo/issues/:number/labels', { body: { labels: texts }, required: [], status: 200 }],
    ['GET', '/repos/:owner/:repo/issues', { query: ['state', 'labels', 'sort', 'direction', 'since', 'per_page', 'page', 'creator', 'assignee'], status: 200 }],
    ['POST', '/repos/:owner/:repo/issues', { body: { title: 'string', body: 'string', labels: texts, assignees: texts }, required: ['title'], status: 201 }],
    ['GET', '/repos/:owner/:repo/issues/:number', { status: 200 }],
];

/** The same paths below /api/v1; the drafts are in the title, the labels are added by name. */
export const gitea = [
    ['GET', '/repos/:owner/:repo/pulls', { query: ['state', 'sort', 'milestone', 'labels', 'poster', 'page', 'limit', 'base_branch'], status: 200 }],
    ['POST', '/repos/:owner/:repo/pulls', { body: { title: 'string', head: 'string', base: 'string', body: 'string', labels: numbers, assignees: texts, reviewers: texts }, required: ['title', 'head', 'base'], status: 201 }],
    ['GET', '/repos/:owner/:repo/pulls/:number', { status: 200 }],
    ['PATCH', '/repos/:owner/:repo/pulls/:number', { body: { title: 'string', body: 'string', state: 'string', base: 'string', labels: numbers, assignees: texts }, required: [], status: 201 }],
    ['POST', '/repos/:owner/:repo/pulls/:number/requested_reviewers', { body: { reviewers: texts, team_reviewers: texts }, required: [], status: 201 }],
    ['POST', '/repos/:owner/:repo/issues/:number/labels', { body: { labels: texts }, required: [], status: 200 }],
    ['GET', '/repos/:owner/:repo/issues', { query: ['state', 'labels', 'q', 'type', 'since', 'before', 'page', 'limit', 'created_by'], status: 200 }],
    ['POST', '/repos/:owner/:repo/issues', { body: { title: 'string', body: 'string', labels: numbers, assignees: texts, closed: 'boolean' }, required: ['title'], status: 201 }],
    ['GET', '/repos/:owner/:repo/issues/:number', { status: 200 }],
];

export const gitlab = [
    ['GET', '/projects/:project/merge_requests', { query: ['state', 'source_branch', 'target_branch', 'per_page', 'page', 'order_by', 'sort'], status: 200 }],
    ['POST', '/projects/:project/merge_requests', { body: { title: 'string', description: 'string', source_branch: 'string', target_branch: 'string', labels: 'string', reviewer_ids: numbers, remove_source_branch: 'boolean' }, required: ['title', 'source_branch', 'target_branch'], status: 201 }],
    ['GET', '/projects/:project/merge_requests/:number', { status: 200 }],
    ['PUT', '/projects/:project/merge_requests/:number', { body: { title: 'string', description: 'string', labels: 'string', reviewer_ids: numbers, state_event: 'string' }, required: [], status: 200 }],
    ['GET', '/projects/:project/issues', { query: ['state', 'scope', 'labels', 'created_after', 'per_page', 'page', 'order_by', 'sort'], status: 200 }],
    ['POST', '/projects/:project/issues', { body: { title: 'string', description: 'string', labels: 'string', assignee_ids: numbers }, required: ['title'], status: 201 }],
    ['GET', '/projects/:project/issues/:number', { status: 200 }],
    ['GET', '/users', { query: ['username', 'search', 'per_page', 'page'], status: 200 }],
];

export const fields = { github, gitea, gitlab };

const fits = (value, type) => (typeof type === 'string' ? typeof value === type
    : Array.isArray(value) && value.every((one) => typeof one === type.list));

/** What is wrong with a body, or undefined. */
export function wrongBody(row, body) {
    if (!row.body) return body === undefined ? undefined : 'a body where none belongs';
    if (body === null || typeof body !== 'object' || Array.isArray(body)) return 'no JSON object';
    const missing = row.required.filter((name) => body[name] === undefined);
    if (missing.length > 0) return `${missing.join(', ')} missing`;
    for (const [name, value] of Object.entries(body)) {
        if (!row.body[name]) return `unknown field ${name}`;
        if (!fits(value, row.body[name])) return `${name} has the wrong type`;
    }
    return undefined;
}

/** The parts of `path` if it is like `pattern`; a part keeps its %2F. */
export function pathFits(pattern, path) {
    const wanted = pattern.split('/'), given = path.split('/');
    if (wanted.length !== given.length) return undefined;
    const parts = {};
    for (let i = 0; i < wanted.length; i++) {
        if (wanted[i].startsWith(':')) {
            if (wanted[i] === ':number' && !/^\d+$/.test(given[i])) return undefined;
            parts[wanted[i].slice(1)] = decodeURIComponent(given[i]);
        } else if (wanted[i] !== given[i]) {
            return undefined;
        }
    }
    return parts;
}
