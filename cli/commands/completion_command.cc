// scanfleet completion bash|zsh|fish
#include "cli/commands/commands.h"
#include "cli/commands/screen.h"

namespace cli {
namespace {

constexpr std::string_view kBash = R"sh(_scanfleet() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
    case "$before" in
        --data|--credential|--config-map|--file|--kubeconfig) COMPREPLY=($(compgen -f -- "$word")); return;;
        --resume|get|watch|report|cancel)
            COMPREPLY=($(compgen -W "latest $(scanfleet get 2>/dev/null | awk 'NR>1{print $1}')" -- "$word")); return;;
        -o|--output) COMPREPLY=($(compgen -W "table json yaml wide name jsonl sarif html md junit" -- "$word")); return;;
        -n|--namespace|--context) COMPREPLY=(); return;;
        completion) COMPREPLY=($(compgen -W "bash zsh fish" -- "$word")); return;;
        scan) COMPREPLY=($(compgen -W "api" -- "$word")); return;;
    esac
    if [ "$COMP_CWORD" = 1 ]; then
        COMPREPLY=($(compgen -W "run scan plan get watch report cancel version completion" -- "$word"))
    elif [[ "$word" == -* ]]; then
        COMPREPLY=($(compgen -W "--data --credential --config-map --parallelism --json --output --resume --explain --quiet --cluster --namespace --all-namespaces --context --kubeconfig" -- "$word"))
    else
        COMPREPLY=($(compgen -f -- "$word"))
    fi
}
complete -o filenames -F _scanfleet scanfleet
)sh";

constexpr std::string_view kZsh = R"sh(#compdef scanfleet
autoload -U +X bashcompinit && bashcompinit
)sh";

constexpr std::string_view kFish =
    R"sh(complete -c scanfleet -n __fish_use_subcommand -f -a "run scan plan get watch report cancel version completion"
complete -c scanfleet -n "__fish_seen_subcommand_from get report cancel" -f -a "latest (scanfleet get 2>/dev/null | awk 'NR>1{print \$1}')"
complete -c scanfleet -n "__fish_seen_subcommand_from report" -s o -l output -x -a "table json jsonl sarif html md junit"
complete -c scanfleet -n "__fish_seen_subcommand_from completion" -f -a "bash zsh fish"
complete -c scanfleet -n "__fish_seen_subcommand_from scan" -f -a "api"
complete -c scanfleet -n "__fish_seen_subcommand_from get watch report cancel" -s n -l namespace -x -d "namespace of a cluster"
complete -c scanfleet -n "__fish_seen_subcommand_from get report cancel" -l cluster -d "ask the cluster of the kubeconfig"
complete -c scanfleet -l data -r -d "data folder"
complete -c scanfleet -n "__fish_seen_subcommand_from run plan" -l credential -x -d "NAME=FOLDER"
complete -c scanfleet -n "__fish_seen_subcommand_from run" -l resume -x -d "go on with a run"
complete -c scanfleet -n "__fish_seen_subcommand_from run scan" -l json -d "events as JSON lines"
)sh";

}  // namespace

int completion_command(const std::string& shell) {
    if (shell == "zsh") print(kZsh);
    print(shell == "fish" ? kFish : kBash);
    return kDone;
}

}  // namespace cli
