// Shows the subject of the link, as `?order=10400`. Shows no other text, since anyone can write a URL.
(function () {
  var kinds = ['order', 'customer', 'release', 'dashboard', 'runbook', 'incident'];
  var asked = new URLSearchParams(location.search);
  kinds.forEach(function (kind) {
    var id = asked.get(kind);
    if (id === null || !/^[a-z0-9.-]{1,30}$/.test(id)) return;
    var subject = kind.charAt(0).toUpperCase() + kind.slice(1) + ' ' + id;
    document.getElementById('subject').textContent = subject;
    document.title = subject + ' – Tocsin demo';
  });
})();
