// Objects worth asking for as somebody else.
#pragma once

#include "runner/scanners/api/engine/work.h"

#include <vector>

namespace runner::api {

// Why we believe that the object belongs to the owner and not to the other.
enum class Claim {
    InOwnersListOnly,  // in the owner's list, not in the other's
    OwnersName,        // the id is the owner's own name
    OwnerInView,       // to be seen from the object: an owner property names the owner
    Catalogue,  // everybody's list shows it with another owner; the object must hold more, and
                // secret, members
};

struct Candidate {
    Draft draft;
    Claim claim = Claim::InOwnersListOnly;
    base::Json listed{};  // the item of the list, for Catalogue
};

struct TwoUsers {
    const Persona* owner = nullptr;
    const Persona* other = nullptr;
};

// The parameter that names the object: the last of the path. nullptr if the path has none.
const Parameter* object_parameter(const Operation& operation);

// At most 3, surest first. Lists are fetched as the other user (and anonymously where that matters)
// once a group.
OrHalt<std::vector<Candidate>> candidates_of(UnitRun& run, const TwoUsers& users);

// The value of an owner property of an object, small letters; empty if it has none.
std::string owner_in(const base::Json& object);
// True if a value in the object is one of the persona's identities; a number counts only under
// names of people.
bool mentions(const base::Json& object, const Persona& persona);

}  // namespace runner::api
