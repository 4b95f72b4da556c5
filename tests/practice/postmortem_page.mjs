// One rendered postmortem as a page of its own; its images lie beside it.

const escaped = (text) => String(text ?? '').replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

/** `page` as Postmortems.page gives it. */
export const postmortemPage = ({ title, date, html, path, branch, commit }) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} · postmortem</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/base.css">
<link rel="stylesheet" href="/postmortem.css">
<script type="module" src="/theme.mjs"></script>
</head>
<body>
<header class="bar">
<a href="/" id="back">Back to the practice room</a>
</header>
<main>
<p class="source">Committed as <code>${escaped(commit.slice(0, 10))}</code> on <code>${escaped(branch)}</code>, file <code>${escaped(path)}</code></p>
<article>
<h1>${escaped(title)}</h1>
<p class="date"><time>${escaped(date)}</time></p>
${html}
</article>
</main>
</body>
</html>
`;
