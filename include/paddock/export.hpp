#pragma once

/// Marks what the shared library exports; everything else, the C client included, stays hidden.
#define PADDOCK_EXPORT [[gnu::visibility("default")]]
