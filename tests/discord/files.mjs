// Uploaded files and the CDN that serves them (Discord docs, Reference, Signed
// Attachment CDN URLs; Uploading Files).

import { createHmac, randomBytes } from 'node:crypto';

import { FormErrors, refuse } from './errors.mjs';

const LINK_LIFE_S = 24 * 3600;
const MAX_FILES = 10;

class File {
    constructor(files, fields) {
        Object.assign(this, fields);
        this.files = files;
    }

    /** The attachment object; its link counts from now. */
    get json() {
        const url = `${this.files.origin}${this.path}?${this.files.signature(this.path)}`;
        return {
            id: this.id, filename: this.name, size: this.bytes.length, url, proxy_url: url, content_type: this.type,
            ...(this.description ? { description: this.description } : {}),
        };
    }
}

/** Uploaded bytes, served under /attachments/ while a link is good. */
export class Files {
    constructor(world, origin) {
        this.world = world;
        this.origin = origin;
        this.secret = randomBytes(32);
        this.byId = new Map();
        this.expired = false;
        this.bytesPerSecond = 0; // of each download; 0: all at once
    }

    add(channelId, { name, type = 'application/octet-stream', bytes, description }) {
        const id = this.world.makeId();
        const path = `/attachments/${channelId}/${id}/${encodeURIComponent(name)}`;
        const file = new File(this, { id, name, type, bytes: Buffer.from(bytes), path, description });
        this.byId.set(id, file);
        return file;
    }

    /** The file of a path without its signature, or null. */
    find(path) {
        const file = this.byId.get(path.split('/')[3]);
        return file?.path === path ? file : null;
    }

    /** What the CDN serves at `url` (path and query): null when the link is forged or has run out. */
    open(url) {
        const [path, query = ''] = url.split('?');
        const given = new URLSearchParams(query);
        const now = Math.floor(this.world.clock.now() / 1000);
        const good = given.get('hm') === this.#mac(path, given.get('ex'), given.get('is')) && now < parseInt(given.get('ex'), 16);
        return good && !this.expired ? this.find(path) : null;
    }

    /** ex, is: hexadecimal seconds, hm: 64 hexadecimal digits over both and the path. */
    signature(path) {
        const now = Math.floor(this.world.clock.now() / 1000);
        const [ex, is] = [now + LINK_LIFE_S, now].map((at) => at.toString(16));
        return `ex=${ex}&is=${is}&hm=${this.#mac(path, ex, is)}`;
    }

    #mac(path, ex, is) { return createHmac('sha256', this.secret).update(`${path} ${ex} ${is}`).digest('hex'); }

    remove(files) { for (const { id } of files) this.byId.delete(id); }
}

/**
 * `attachments` of a body beside its uploads and, for an edit, what is `kept`
 * of the message: each entry names a file, each new file is named once there is
 * a list, and attachment:// links lead to one of them.
 */
export function checkUploads(body, uploads, guild, kept = []) {
    const errors = new FormErrors();
    const listed = body.attachments ?? null;
    const fresh = new Set(uploads.map((upload) => String(upload.index)));
    const old = new Set(kept.map((file) => file.id));
    const seen = new Set();
    (listed ?? []).forEach(({ id }, at) => {
        errors.check(fresh.has(String(id)) || old.has(String(id)), ['attachments', at, 'id'], 'ATTACHMENT_NOT_FOUND', `No file or attachment ${id}.`);
        errors.check(!seen.has(String(id)), ['attachments', at, 'id'], 'ATTACHMENT_DUPLICATED', `${id} is listed twice.`);
        seen.add(String(id));
    });
    const forgotten = listed ? [...fresh].filter((index) => !seen.has(index)) : [];
    if (kept.length) for (const index of forgotten) errors.add(['attachments'], 'ATTACHMENT_NOT_LISTED', `files[${index}] is not listed and would be dropped.`);
    checkLinks(body, uploads, kept, errors);
    errors.throwIfAny();
    const staying = listed ? kept.filter((file) => seen.has(file.id)).length : kept.length;
    if (staying + uploads.length > MAX_FILES) refuse(30015, { rule: 'size' });
    if (uploads.some((upload) => upload.bytes.length > guild.limits.fileBytes)) refuse(40005, { rule: 'size' });
}

function checkLinks(body, uploads, kept, errors) {
    const renamed = new Map((body.attachments ?? []).map((one) => [String(one.id), one.filename]));
    const names = new Set([...uploads.map(({ index, name }) => renamed.get(String(index)) ?? name), ...kept.map((file) => file.name)]);
    for (const key of ['embeds', 'components']) {
        for (const [, name] of JSON.stringify(body[key] ?? []).matchAll(/"attachment:\/\/([^"]*)"/g)) {
            errors.check(names.has(name), [key], 'UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND', `There is no file ${name}.`);
        }
    }
}
