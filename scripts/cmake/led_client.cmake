# The C client as paddock_zookeeper: a copy whose calls of send, recv and close lead to core/client/wire_calls.cpp. Only
# its own do, unlike with the linker's --wrap.
set(paddock_led_client ${PROJECT_BINARY_DIR}/libzookeeper_led.a)
execute_process(COMMAND ${CMAKE_OBJCOPY} --redefine-sym send=paddock_zk_send --redefine-sym recv=paddock_zk_recv
    --redefine-sym close=paddock_zk_close ${ZooKeeperC_LIBRARY} ${paddock_led_client} COMMAND_ERROR_IS_FATAL ANY)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${ZooKeeperC_LIBRARY})
add_library(paddock_zookeeper STATIC IMPORTED GLOBAL)
set_target_properties(paddock_zookeeper PROPERTIES
    IMPORTED_LOCATION ${paddock_led_client} INTERFACE_INCLUDE_DIRECTORIES ${ZooKeeperC_INCLUDE_DIR})
