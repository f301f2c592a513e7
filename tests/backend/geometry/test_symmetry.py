# SPDX-License-Identifier: GPL-3.0-or-later
"""Mirror planes, also of what is cut off on one side."""

import numpy as np
import trimesh

from backend.geometry.registration import Samples
from backend.geometry.symmetry import directions, mirror, mirror_planes


def test_a_mirror_turns_back_what_it_has_turned():
    normal = np.array([1.0, 2, 2]) / 3
    plane = mirror(normal, 0.7)
    points = np.random.default_rng(0).normal(size=(10, 3))
    assert plane.mirrors
    assert np.allclose(plane(plane(points)), points)
    assert np.allclose((points + plane(points)) @ normal / 2, 0.7)


def test_the_plane_of_a_dumbbell_is_found_though_one_end_is_cut():
    one, two = trimesh.creation.icosphere(3), trimesh.creation.icosphere(3)
    two.apply_translation((3, 0, 0))
    mesh = trimesh.util.concatenate([one, two])
    mesh.apply_transform(trimesh.transformations.rotation_matrix(0.5, [0, 0.3, 1]))
    axis = trimesh.transformations.rotation_matrix(0.5, [0, 0.3, 1])[:3, 0]
    points, face = trimesh.sample.sample_surface(mesh, 2000, seed=0)
    seen = points @ axis < 3.3
    samples = Samples(np.asarray(points)[seen], np.asarray(mesh.face_normals[face])[seen])
    planes = mirror_planes(samples, np.concatenate([directions(samples.points), axis[None]]))
    places = [plane.shift @ axis / 2 for plane in planes if abs(plane.turn @ axis @ axis + 1) < 0.1]
    assert min(abs(place - 1.5) for place in places) < 0.05
