# find_package(gradtape) offers gradtape::gradtape and gradtape::torch.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/gradtape)
install(TARGETS gradtape gradtape_torch EXPORT gradtapeTargets)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.h")
install(EXPORT gradtapeTargets NAMESPACE gradtape:: DESTINATION ${package_dir})
configure_package_config_file(cmake/gradtapeConfig.cmake.in gradtapeConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(gradtapeConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/gradtapeConfig.cmake
              ${PROJECT_BINARY_DIR}/gradtapeConfigVersion.cmake DESTINATION ${package_dir})
install(FILES cmake/Dependencies.cmake DESTINATION ${package_dir}
        RENAME gradtapeDependencies.cmake)
