using Replication.Core.Transactions;
using Replication.Kit.Checks;

namespace Replication.Simulation.Tests.Clients;

/// <summary>One sending of a call, over a connection that may break.</summary>
internal sealed class Sending(Call call, Transaction transaction)
{
    public Call Call => call;

    /// <summary>The call's, with what the client says about when it was sent first.</summary>
    public Transaction Transaction => transaction;

    /// <summary>Whether the client has given it up: it hears no answer to it any more.</summary>
    public bool IsCut { get; set; }
}
