"""Who answers addresses: one module each, run as a process by the interpreter that has it.

Modules here import nothing but the standard library before their own library: they run in
environments that have nothing else.
"""
