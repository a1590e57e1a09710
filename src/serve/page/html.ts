/** The page to try the server with. All that comes from the model or the photos is put in by the script, as text. */
export const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>chiquito serve</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/try.css">
<script src="/try.js" defer></script>
</head>
<body>
<main>
<header>
<p class="kicker">chiquito serve</p>
<h1 id="title">What does it show?</h1>
<p id="model" class="lead">Photos are judged by the model that this server runs.</p>
</header>
<form id="key" hidden>
<label for="token">This server asks for a token</label>
<div class="row"><input id="token" type="password" autocomplete="off" spellcheck="false" required><button>Use it</button></div>
</form>
<label id="drop" class="drop" for="files">
<strong>Drop photos here</strong>
<span>or choose them, or paste one</span>
<input id="files" type="file" accept="image/*" multiple>
</label>
<p id="status" role="status" aria-live="polite"></p>
<ol id="answers" aria-label="Verdicts"></ol>
<footer><a href="/openapi.json">OpenAPI document</a> · <a href="/v1/model">the model</a> · <a href="/metrics">metrics</a></footer>
</main>
</body>
</html>
`
