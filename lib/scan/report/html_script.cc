#include "scan/report/html_parts.h"

namespace scan::report::html {
namespace {

// Filters, sorts and opens what is there already; it makes no markup. The page says everything
// without it.
constexpr std::string_view kScript = R"js(
(() => {
  'use strict';
  const get = id => document.getElementById(id);
  const tools = get('tools'), list = get('list');
  const all = selector => Array.from(document.querySelectorAll(selector));
  const openTarget = () => {
    const id = decodeURIComponent(location.hash.slice(1));
    const target = id && get(id);
    if (target && target.tagName === 'DETAILS') { target.hidden = false; target.open = true; }
  };
  addEventListener('hashchange', openTarget);
  openTarget();
  let folded = [];
  addEventListener('beforeprint', () => {
    folded = all('details:not([open])');
    folded.forEach(d => { d.open = true; });
  });
  addEventListener('afterprint', () => folded.forEach(d => { d.open = false; }));
  if (!tools || !list) return;
  tools.hidden = false;
  const rows = Array.from(list.children).map((node, order) => ({
    node, order, rule: node.dataset.r, state: node.dataset.t, severity: node.classList[1],
    text: null,
    title: node.querySelector('.t').textContent,
    place: node.querySelector('.l').textContent
  }));
  const boxes = all('#tools input[name=sev]');
  const q = get('q'), rule = get('rule'), state = get('state');
  const sort = get('sort'), fold = get('fold');
  const passesState = row => {
    if (!state.value) return true;
    return state.value === '-' ? row.state !== 'suppressed' : row.state === state.value;
  };
  const apply = () => {
    const on = new Set(boxes.filter(b => b.checked).map(b => b.value));
    const words = q.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      let pass = on.has(row.severity) && passesState(row);
      pass = pass && (!rule.value || row.rule === rule.value);
      if (pass && words.length) {
        if (row.text === null) row.text = row.node.textContent.toLowerCase();
        pass = words.every(word => row.text.includes(word));
      }
      row.node.hidden = !pass;
      if (pass) shown += 1;
    }
    const of = shown === rows.length ? '' : ' of ' + rows.length;
    get('shown').textContent = shown + of + ' shown';
    get('none').hidden = shown > 0;
  };
  const order = () => {
    const key = { t: 'title', l: 'place', r: 'rule' }[sort.value];
    const sorted = rows.slice().sort((a, b) => {
      if (key && a[key] !== b[key]) return a[key] < b[key] ? -1 : 1;
      return a.order - b.order;
    });
    const fragment = document.createDocumentFragment();
    sorted.forEach(row => fragment.appendChild(row.node));
    list.appendChild(fragment);
  };
  let waiting = 0;
  q.addEventListener('input', () => { clearTimeout(waiting); waiting = setTimeout(apply, 120); });
  tools.addEventListener('submit', event => event.preventDefault());
  tools.addEventListener('change', event => { if (event.target === sort) order(); else apply(); });
  fold.addEventListener('click', () => {
    const open = fold.textContent === 'Open all';
    rows.forEach(row => { if (!row.node.hidden) row.node.open = open; });
    fold.textContent = open ? 'Close all' : 'Open all';
  });
  addEventListener('keydown', event => {
    if (event.key === '/' && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) {
      event.preventDefault();
      q.focus();
    }
  });
  apply();
})();
)js";

}  // namespace

std::string_view script() { return kScript; }

}  // namespace scan::report::html
