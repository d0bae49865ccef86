"""The core of Syndicator: releases, their life cycle, their feeds and their delivery."""
