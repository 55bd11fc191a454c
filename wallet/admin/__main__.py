"""`python -m wallet.admin`: the same as `sixpence-admin`."""

from wallet.admin import main

if __name__ == "__main__":
    main()
