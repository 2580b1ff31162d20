# Finds Debian's single-threaded ZooKeeper C client as a static archive: ZooKeeperC::st.
# Static, so that it can be hidden inside our shared library.
find_path(ZooKeeperC_INCLUDE_DIR zookeeper/zookeeper.h)
find_library(ZooKeeperC_LIBRARY libzookeeper_st.a)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(ZooKeeperC REQUIRED_VARS ZooKeeperC_LIBRARY ZooKeeperC_INCLUDE_DIR)
if(ZooKeeperC_FOUND AND NOT TARGET ZooKeeperC::st)
    add_library(ZooKeeperC::st STATIC IMPORTED)
    set_target_properties(ZooKeeperC::st PROPERTIES
        IMPORTED_LOCATION ${ZooKeeperC_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${ZooKeeperC_INCLUDE_DIR})
endif()
mark_as_advanced(ZooKeeperC_INCLUDE_DIR ZooKeeperC_LIBRARY)
