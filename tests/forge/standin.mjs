// A strict stand-in of GitHub, Gitea or GitLab on loopback: one repository with
// pull requests and issues. It checks the headers and every field of a request
// (fields.mjs), and notes what is wrong as a violation. On command it refuses,
// limits, fails, or carries a request out and loses the answer.

import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';

import { fields, pathFits, wrongBody } from './fields.mjs';

const HEADERS = {
    github: { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' },
    gitea: { accept: 'application/json' },
    gitlab: { accept: 'application/json' },
};
const PREFIX = { github: '', gitea: '/api/v1', gitlab: '/api/v4' };

export class Forge {
    constructor(kind, { repository = 'team/blog', token = 'forge-token-0123456789', people = ['nova', 'quill'], labels = ['postmortem', 'incident'], tls } = {}) {
        Object.assign(this, { kind, repository, token, people, labels, tls }); // Gitea makes no label by itself, and says nothing of it
        this.pulls = [];
        this.issues = [];
        this.violations = [];
        this.requests = []; // [{method, path, status, body}]
        this.commands = [];
        this.waiters = new Set();
        this.next = 1;
        this.drafts = true;
        this.branches = undefined; // () => names: which branches were pushed
    }

    /** The next request for which `when({method, path})` holds is answered so: {status, body, headers}, 'lost', 'unheard', or a function. */
    answer(when, how, times = 1) { this.commands.push({ when, how, left: times }); }

    async start() {
        const take = (request, response) => this.take(request, response);
        this.server = this.tls ? createTlsServer(this.tls, take) : createServer(take);
        await new Promise((done) => { this.server.listen(0, '127.0.0.1', done); });
        this.base = `http${this.tls ? 's' : ''}://127.0.0.1:${this.server.address().port}`;
        this.apiBase = `${this.base}${PREFIX[this.kind]}`;
        return this;
    }

    close() {
        this.server.closeAllConnections();
        return new Promise((done) => { this.server.close(done); });
    }

    /** Resolves once `is()` holds; looked at after every request. */
    until(is, what, guardMs = 30_000) {
        return new Promise((resolve, reject) => {
            const guard = setTimeout(() => { this.waiters.delete(look); reject(new Error(`waited in vain for ${what}\n${this.story()}`)); }, guardMs);
            const look = () => {
                const value = is();
                if (!value) return;
                clearTimeout(guard);
                this.waiters.delete(look);
                resolve(value);
            };
            this.waiters.add(look);
            look();
        });
    }

    story() { return this.requests.map(({ method, path, status }) => `${status} ${method} ${path}`).join('\n'); }
    wrong(words, request) { this.violations.push(`${request.method} ${request.url}: ${words}`); }

    take(request, response) {
        let text = '';
        request.setEncoding('utf8').on('data', (piece) => { text += piece; }).on('end', () => {
            const url = new URL(request.url, this.base);
            const path = url.pathname.slice(PREFIX[this.kind].length);
            const entry = { method: request.method, path: path + url.search, body: text === '' ? undefined : text };
            const command = this.commands.find(({ when, left }) => left > 0 && when(entry));
            let answer;
            if (command) {
                command.left--;
                answer = typeof command.how === 'function' ? command.how(entry) : command.how;
            }
            if (answer === undefined || answer === 'lost') {
                const done = this.carryOut(request, url, path, text);
                answer = answer === 'lost' ? 'lost' : done;
            }
            entry.status = typeof answer === 'string' ? answer : answer.status;
            this.requests.push(entry);
            if (typeof answer === 'string') response.destroy();
            else this.send(request, response, answer);
            for (const look of [...this.waiters]) look();
        });
    }

    send(request, response, { status, body, headers = {} }) {
        const text = body === undefined ? '' : JSON.stringify(body);
        const etag = `"${createHash('sha256').update(text).digest('hex').slice(0, 20)}"`;
        const has = this.kind !== 'gitea' && request.method === 'GET' && status === 200;
        if (has && request.headers['if-none-match'] === etag) {
            response.writeHead(304, { etag }).end();
            return;
        }
        response.writeHead(status, { 'content-type': 'application/json', ...(has ? { etag } : {}), ...headers }).end(text);
    }

    // ---- checks ----

    isKnown(request) {
        const given = { github: request.headers.authorization, gitea: request.headers.authorization, gitlab: request.headers['private-token'] }[this.kind];
        const wanted = { github: `Bearer ${this.token}`, gitea: `token ${this.token}`, gitlab: this.token }[this.kind];
        return given === wanted;
    }

    checkHeaders(request, text) {
        for (const [name, value] of Object.entries(HEADERS[this.kind])) {
            if (request.headers[name] !== value) this.wrong(`header ${name} is ${request.headers[name]}`, request);
        }
        if (!/^opsroom\//.test(request.headers['user-agent'] ?? '')) this.wrong('no User-Agent of opsroom', request);
        const type = request.headers['content-type'];
        if ((text !== '') !== (type === 'application/json')) this.wrong(`content-type ${type} with ${text.length} bytes`, request);
    }

    carryOut(request, url, path, text) {
        this.checkHeaders(request, text);
        if (!this.isKnown(request)) return { status: 401, body: { message: 'Bad credentials' } };
        let body;
        try {
            body = text === '' ? undefined : JSON.parse(text);
        } catch {
            this.wrong('the body is no JSON', request);
            return { status: 400, body: { message: 'Problems parsing JSON' } };
        }
        if (this.kind === 'github' && path === '/graphql') return this.graphql(request, body);
        for (const [method, pattern, row] of fields[this.kind]) {
            const parts = pathFits(pattern, path);
            if (method !== request.method || !parts) continue;
            const wrong = wrongBody(row, body) ?? this.wrongQuery(row, url);
            if (wrong) {
                this.wrong(wrong, request);
                return { status: 422, body: { message: wrong } };
            }
            const repository = parts.project ?? (parts.owner && `${parts.owner}/${parts.repo}`);
            if (repository !== undefined && repository !== this.repository) return { status: 404, body: { message: 'Not Found' } };
            return this.act(`${method} ${pattern}`, { parts, url, body, row });
        }
        this.wrong('no such address', request);
        return { status: 404, body: { message: 'Not Found' } };
    }

    wrongQuery(row, url) {
        for (const [name, value] of url.searchParams) {
            if (!row.query?.includes(name)) return `unknown parameter ${name}`;
            if (/^(since|created_after)$/.test(name) && Number.isNaN(Date.parse(value))) return `${name} is no time`;
        }
        return undefined;
    }

    // ---- what it does ----

    graphql(request, { query, variables }) {
        const pull = this.pulls.find(({ node }) => node === variables?.id);
        const action = /^mutation\(\$id: ID!\) \{ (convertPullRequestToDraft|markPullRequestReadyForReview)\(input: \{pullRequestId: \$id\}\) \{ pullRequest \{ isDraft \} \} \}$/.exec(query)?.[1];
        if (!action) this.wrong(`unknown query ${query}`, request);
        if (!action || !pull) return { status: 200, body: { errors: [{ message: 'Could not resolve to a node' }] } };
        pull.draft = action === 'convertPullRequestToDraft';
        return { status: 200, body: { data: { [action]: { pullRequest: { isDraft: pull.draft } } } } };
    }

    act(what, { parts, url, body, row }) {
        const number = Number(parts.number);
        const pull = this.pulls.find((one) => one.number === number);
        const issue = this.issues.find((one) => one.number === number) ?? (this.kind === 'gitlab' ? undefined : pull);
        const missing = { status: 404, body: { message: this.kind === 'gitlab' ? '404 Not found' : 'Not Found' } };
        switch (what.replace(/^(\w+) .*?(pulls|merge_requests|issues|users)/, '$1 $2')) {
        case 'GET pulls': case 'GET merge_requests': return { status: 200, body: this.listed(this.pulls, url).map((one) => this.pullJson(one)) };
        case 'POST pulls': case 'POST merge_requests': return this.openPull(body);
        case 'GET pulls/:number': case 'GET merge_requests/:number': return pull ? { status: 200, body: this.pullJson(pull) } : missing;
        case 'PATCH pulls/:number': case 'PUT merge_requests/:number': return pull ? this.changePull(pull, body, row.status) : missing;
        case 'POST pulls/:number/requested_reviewers': return pull ? this.review(pull, body.reviewers) : missing;
        case 'POST issues/:number/labels':
            if (!issue) return missing;
            issue.labels.push(...body.labels.filter((label) => !issue.labels.includes(label) && (this.kind !== 'gitea' || this.labels.includes(label))));
            return { status: 200, body: issue.labels.map((name) => ({ name })) };
        case 'GET issues': return { status: 200, body: this.listed(this.issues, url).map((one) => this.issueJson(one)) };
        case 'POST issues': return this.openIssue(body);
        case 'GET issues/:number': return issue && this.issues.includes(issue) ? { status: 200, body: this.issueJson(issue) } : missing;
        case 'GET users': return { status: 200, body: this.people.filter((name) => name === url.searchParams.get('username')).map((username) => ({ id: this.idOf(username), username })) };
        default: throw new Error(`the stand-in forgot ${what}`);
        }
    }

    idOf(name) { return 100 + this.people.indexOf(name); }

    listed(all, url) {
        const get = (name) => url.searchParams.get(name);
        const size = Number(get('per_page') ?? get('limit') ?? 30), page = Number(get('page') ?? 1);
        const state = get('state');
        const [, head] = (get('head') ?? '').split(/:(.*)/);
        return all.filter((one) => (!state || state === 'all' || one.state.startsWith(state.replace(/ed$/, '').slice(0, 4)))
            && (!head || one.head === head) && (!get('source_branch') || one.head === get('source_branch'))
            && (!get('target_branch') || one.base === get('target_branch'))
            && (!(get('since') ?? get('created_after')) || one.made >= Date.parse(get('since') ?? get('created_after'))))
            .reverse().slice((page - 1) * size, page * size);
    }

    openPull(given) {
        const head = given.head ?? given.source_branch, base = given.base ?? given.target_branch;
        const there = this.pulls.find((one) => one.state === 'open' && one.head === head && one.base === base);
        if (there) {
            return {
                github: { status: 422, body: { message: 'Validation Failed', errors: [{ resource: 'PullRequest', code: 'custom', message: `A pull request already exists for team:${head}.` }] } },
                gitea: { status: 409, body: { message: `pull request already exists for these targets [id: ${there.number}]` } },
                gitlab: { status: 409, body: { message: [`Another open merge request already exists for this source branch: !${there.number}`] } },
            }[this.kind];
        }
        if (this.branches && !this.branches().includes(head)) {
            return { status: this.kind === 'gitea' ? 404 : 422, body: { message: 'Validation Failed', errors: [{ resource: 'PullRequest', field: 'head', code: 'invalid' }] } };
        }
        if (given.draft && !this.drafts) return { status: 422, body: { message: 'Draft pull requests are not supported in this repository.' } };
        const number = this.next++;
        const pull = { number, node: `PR_${number}`, head, base, state: 'open', title: given.title, body: given.body ?? given.description ?? '', labels: given.labels?.split?.(',') ?? [], reviewers: [], draft: Boolean(given.draft), made: Date.now() };
        this.pulls.push(pull);
        return { status: 201, body: this.pullJson(pull) };
    }

    changePull(pull, given, status) {
        if (given.title !== undefined) pull.title = given.title;
        pull.body = given.body ?? given.description ?? pull.body;
        if (given.reviewer_ids) pull.reviewers = given.reviewer_ids.map((id) => this.people[id - 100]);
        return { status, body: this.pullJson(pull) };
    }

    review(pull, names) {
        const stranger = names.find((name) => !this.people.includes(name));
        if (stranger && this.kind === 'gitea') return { status: 404, body: { errors: null, message: `User '${stranger}' not exist`, url: `${this.base}/api/swagger` } };
        if (stranger) return { status: 422, body: { message: 'Reviews may only be requested from collaborators.' } };
        pull.reviewers = [...new Set([...pull.reviewers, ...names])];
        return { status: 201, body: this.kind === 'gitea' ? [] : this.pullJson(pull) };
    }

    openIssue(given) {
        const wanted = given.assignees ?? (given.assignee_ids ?? []).map((id) => this.people[id - 100]);
        if (!wanted.every((name) => this.people.includes(name))) return { status: 422, body: { message: 'Validation Failed', errors: [{ resource: 'Issue', field: 'assignees', code: 'invalid' }] } };
        const number = this.next++;
        const issue = { number, state: 'open', title: given.title, body: given.body ?? given.description ?? '', labels: [given.labels ?? []].flat().flatMap((one) => one.split(',')), assignees: wanted, made: Date.now() };
        this.issues.push(issue);
        return { status: 201, body: this.issueJson(issue) };
    }

    page(kind, number) { return `${this.base}/${this.repository}/${kind}/${number}`; }

    pullJson(one) {
        const merged = one.state === 'merged';
        const mark = { github: '', gitea: 'WIP: ', gitlab: 'Draft: ' }[this.kind];
        const ended = one.ended && new Date(one.ended).toISOString();
        if (this.kind === 'gitlab') {
            return {
                id: 9000 + one.number, iid: one.number, project_id: 1, title: one.title, description: one.body, state: one.state === 'open' ? 'opened' : one.state, draft: one.title.startsWith(mark), source_branch: one.head, target_branch: one.base,
                web_url: this.page('-/merge_requests', one.number), labels: one.labels, merge_commit_sha: merged ? one.commit : null, squash_commit_sha: null, sha: 'f'.repeat(40),
                merged_at: merged ? ended : null, merge_user: merged ? { username: one.by } : null, closed_at: one.state === 'closed' ? ended : null, closed_by: one.state === 'closed' ? { username: one.by } : null,
            };
        }
        return {
            id: 9000 + one.number, node_id: one.node, number: one.number, title: one.title, body: one.body, state: one.state === 'open' ? 'open' : 'closed',
            draft: this.kind === 'gitea' ? one.title.startsWith(mark) : one.draft, html_url: this.page(this.kind === 'gitea' ? 'pulls' : 'pull', one.number),
            head: { ref: one.head, repo: { full_name: this.repository } }, base: { ref: one.base, repo: { full_name: this.repository } },
            merged, merged_at: merged ? ended : null, merge_commit_sha: merged ? one.commit : this.kind === 'github' ? 'e'.repeat(40) : null, merged_by: merged ? { login: one.by } : null, closed_at: one.ended ? ended : null,
        };
    }

    issueJson(one) {
        const closed = one.state === 'closed';
        if (this.kind === 'gitlab') {
            return { id: 8000 + one.number, iid: one.number, title: one.title, description: one.body, state: closed ? 'closed' : 'opened', labels: one.labels, web_url: this.page('-/issues', one.number), closed_by: closed ? { username: one.by } : null };
        }
        return { id: 8000 + one.number, number: one.number, title: one.title, body: one.body, state: one.state, state_reason: one.reason ?? null, labels: one.labels.map((name) => ({ name })), html_url: this.page('issues', one.number), closed_by: closed && this.kind === 'github' ? { login: one.by } : null };
    }

    // ---- what people do there ----

    merge(pull, by = 'quill') { Object.assign(pull, { state: 'merged', by, commit: 'c0ffee'.padEnd(40, '0'), ended: Date.now() }); }
    closePull(pull, by = 'quill') { Object.assign(pull, { state: 'closed', by, ended: Date.now() }); }
    closeIssue(issue, { by = 'nova', reason = 'completed' } = {}) { Object.assign(issue, { state: 'closed', by, reason }); }
}

export const startForge = (kind, options) => new Forge(kind, options).start();
