// multipart/form-data as Discord takes it: payload_json and files[n] (Discord
// docs, Reference, Uploading Files).

import { refuse, refuseField } from './errors.mjs';

/** Bytes that are JSON, as a value. */
export function parseJson(bytes) {
    try { return JSON.parse(bytes.toString()); } catch { return refuse(50109, { rule: 'schema' }); }
}

/** {body, uploads: [{index, name, type, bytes}]} */
export function parseMultipart(bytes, type) {
    const result = { body: {}, uploads: [] };
    const seen = new Set();
    for (const part of partsOf(bytes, boundaryOf(type))) {
        const { name, fileName, contentType, content } = partOf(part);
        if (seen.has(name)) refuseField([name], 'BASE_TYPE_DUPLICATE', 'This part came before.');
        seen.add(name);
        const index = /^files\[(\d+)\]$/.exec(name)?.[1];
        if (name === 'payload_json') {
            if (contentType && !/^application\/json\b/.test(contentType)) refuseField([name], 'CONTENT_TYPE_INVALID', 'payload_json is application/json.');
            result.body = parseJson(content);
        } else if (index === undefined) refuseField([name], 'BASE_TYPE_UNKNOWN_KEY', 'Parts are payload_json and files[n].');
        else if (!fileName) refuseField([name], 'BASE_TYPE_REQUIRED', 'filename is missing');
        else result.uploads.push({ index: Number(index), name: fileName, type: contentType, bytes: content });
    }
    return result;
}

function boundaryOf(type) {
    const found = /boundary=(?:"([^"]+)"|([^;\s]+))/.exec(type);
    return found?.[1] ?? found?.[2] ?? refuseField([], 'CONTENT_TYPE_INVALID', 'The boundary is missing.');
}

/** Between boundary lines; the last one ends in two dashes (RFC 2046, 5.1.1). */
function* partsOf(bytes, boundary) {
    const broken = () => refuseField([], 'BASE_TYPE_BAD_MULTIPART', 'The body does not end, or does not begin, with its boundary.');
    const mark = Buffer.from(`\r\n--${boundary}`);
    if (!bytes.subarray(0, mark.length - 2).equals(mark.subarray(2))) broken();
    for (let at = mark.length - 2; bytes.toString('latin1', at, at + 2) !== '--';) {
        const next = bytes.indexOf(mark, at);
        if (next < 0 || bytes.toString('latin1', at, at + 2) !== '\r\n') broken();
        yield bytes.subarray(at + 2, next);
        at = next + mark.length;
    }
}

function partOf(bytes) {
    const split = bytes.indexOf('\r\n\r\n');
    const head = bytes.toString('utf8', 0, Math.max(0, split));
    const disposition = /^content-disposition: *form-data;(.*)$/im.exec(head)?.[1] ?? refuseField([], 'BASE_TYPE_BAD_MULTIPART', 'A part without Content-Disposition: form-data.');
    return {
        name: /(?:^|[; ])name="([^"]*)"/.exec(disposition)?.[1], fileName: /(?:^|[; ])filename="([^"]*)"/.exec(disposition)?.[1],
        contentType: /^content-type: *([^\r\n]+)/im.exec(head)?.[1], content: bytes.subarray(split + 4),
    };
}
