// Sets the theme and language before the first paint. src/theme/ uses the same key and attribute.
(function () {
  function storedChoice() {
    try {
      return localStorage.getItem('tocsin.theme');
    } catch {
      // Storage is blocked: use the system's theme.
      return null;
    }
  }
  var choice = storedChoice();
  var dark = choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  var root = document.documentElement;
  root.dataset.theme = dark ? 'dark' : 'light';
  if (!root.dataset.languages || !/^de\b/i.test(navigator.language)) return;
  root.lang = 'de';
  var title = document.querySelector('title[data-de]');
  if (title) document.title = title.dataset.de;
})();
