using System.CommandLine.Parsing;
using Replication.Client;

namespace Replication.Cli;

/// <summary>Positions on the command line: <c>3/1042</c>.</summary>
internal static class PositionText
{
    internal static LogPosition? Parser(ArgumentResult result)
    {
        if (LogPosition.TryParse(result.Tokens[0].Value, null, out var position)) return position;
        result.AddError($"'{result.Tokens[0].Value}' is no position; write it as EPOCH/INDEX, for instance 3/1042.");
        return null;
    }
}
