// The owner of the header that every test begins with (CMakeLists.txt); there is no code in it.
