#pragma once

#include <filesystem>
#include <string>

namespace paddock::testing {

/// A new empty directory, removed with everything in it on destruction. Lies on the RAM disk where there is
/// one, so that a server's transaction log costs no disk writes.
class temp_dir {
public:
    /// `purpose` becomes part of the name.
    explicit temp_dir(const std::string& purpose);
    temp_dir(const temp_dir&) = delete;
    temp_dir& operator=(const temp_dir&) = delete;
    ~temp_dir();

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

/// Creates a new directory below `parent` that nothing removes.
[[nodiscard]] std::filesystem::path make_unique_directory(const std::filesystem::path& parent,
                                                          const std::string& purpose);

}  // namespace paddock::testing
