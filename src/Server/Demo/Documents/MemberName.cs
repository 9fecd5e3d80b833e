namespace Replication.Server.Demo.Documents;

/// <summary>A member's id, like <c>M:System.String.Split(System.Char,System.Int32)</c>, taken apart.</summary>
/// <param name="Kind">Like <c>method</c>.</param>
/// <param name="Namespace">Like <c>System</c>.</param>
/// <param name="Type">The type that has the member, like <c>System.String</c>; of a type, itself.</param>
/// <param name="Name">Like <c>Split</c>.</param>
internal readonly record struct MemberName(string Kind, string Namespace, string Type, string Name)
{
    private const string Constructor = "#ctor";
    private const string TypeInitializer = "#cctor";

    /// <summary>Takes an id apart.</summary>
    /// <param name="id">The id, of at least three characters.</param>
    /// <param name="types">The full names of the types that there are; tells a namespace from a type with types in it.</param>
    public static MemberName Parse(string id, IReadOnlySet<string> types)
    {
        var arguments = id.IndexOf('(', StringComparison.Ordinal);
        var path = arguments < 0 ? id[2..] : id[2..arguments];
        var isType = id[0] == 'T';
        var type = isType ? path : Before(path);
        var scope = Before(type);
        while (types.Contains(scope)) scope = Before(scope);
        var name = Last(path);
        var isConstructor = name is Constructor or TypeInitializer;
        return new MemberName(isConstructor ? "constructor" : KindOf(id[0]), scope, type, isConstructor ? Plain(Last(type)) : Plain(name));
    }

    private static string KindOf(char letter) => letter switch
    {
        'T' => "type",
        'M' => "method",
        'P' => "property",
        'F' => "field",
        'E' => "event",
        'N' => "namespace",
        _ => "other",
    };

    private static string Before(string path) => path.LastIndexOf('.') is > 0 and var dot ? path[..dot] : string.Empty;

    private static string Last(string path) => path[(path.LastIndexOf('.') + 1)..];

    // The number of type parameters stands behind backticks; # stands for the dots of an interface's name.
    private static string Plain(string name) => name.Split('`')[0].Replace('#', '.');
}
