// Found only where libtorch's own header is not: `.cargo/config.toml` puts it last in the search.
// After an `#error` the compiler would go on, and report sixty thousand more.
#include "libtorch. hint: run `scripts/libtorch.sh`, which fetches it, and build again"
