//! Texts below the help of commands.

pub(crate) const NOTES: &str = "\
RUN is the id of a run, or at least the first four characters of it, its name, or its uuid.

JSON has the records as the store keeps them, under names that stay. `entia runs` prints an \
object: `runs`, `next`, where the next page begins, and `notes`. A point has its number \
under `value`, or any other value, as a confusion matrix, under `json`.
Numbers that JSON does not have are the texts \"NaN\", \"Infinity\" and \"-Infinity\". Inside arguments \
and other values, where a text may be one too, they are {\"$float\": \"NaN\"}.
Times are RFC 3339 in UTC; those of a whole series are microseconds since 1970.";

pub(crate) const COMPLETIONS: &str = "\
Set it up once, for bash, zsh, fish and PowerShell:
  echo 'source <(entia completions bash)' >> ~/.bashrc
  echo 'source <(entia completions zsh)' >> ~/.zshrc
  echo 'entia completions fish | source' >> ~/.config/fish/config.fish
  echo 'entia completions powershell | Out-String | Invoke-Expression' >> $PROFILE

The shell then asks the program: it completes the ids and names of runs, experiments and metrics of \
the store that ENTIA_STORE names, or --store before them; but bash takes an address apart at its colon.";

pub(crate) const QUERIES: &str = "\
Queries:
  entia runs digits 'metric.accuracy[test].max > 0.95 and optimizer.lr < 0.01'
  entia runs digits 'tag.stage = \"candidate\" order by metric.loss[test].best limit 10'
  entia runs 'model ~ \"^MLP\" and created > 7d ago order by epoch desc'
  entia runs 'param.seed in (1, 2) and duration > 1h30min and status != \"failed\"'
  entia runs 'metric.loss[train].last < metric.loss[test].last'
  entia runs digits --columns 'name, metric.\"acc, top-1\".max, optimizer.lr'

A query is a condition, then `order by FIELD [desc], ...` and `limit NUMBER`, each if wanted. A condition \
compares fields, and joins comparisons with and, or, not and parentheses.

Fields:
  metric.NAME[PHASE].PART   first, last, min, max, best, best_epoch, best_step, count, or mean(10)
                            of the last 10 values; without [PHASE] the metric of no phase
  KIND.ARGUMENT             of the newest module of a kind, as optimizer.lr or model.layers.0.size
  KIND, hash.KIND           the name and the hash of that module, as in model = \"MLP\"
  param.NAME, tag.NAME      parameters of no component, and tags
  id, name, notes, epoch, archived
  status, duration          how the newest attempt stands, and its seconds
  created, updated, ended   times: of the run, of the newest sign of life, and of the end
Names with other characters than letters, digits, _, - and / stand in quotes, as in
metric.\"val/AR@100\".max

Comparisons:
  = != < <= > >=            with a number, a text in quotes, true, false, null or another field
  in (1, 2)  not in (1, 2)  one of several values, or none
  ~ \"^MLP\"  !~ \"^MLP\"       a regular expression is found in it, or not
  exists                    there is one; any other comparison of what is missing is false
Times are 2026-01-31, 2026-01-31T12:00:00Z or 7d ago; durations 90s, 5min, 1h30min, 2d.";
