namespace Grpc.Core;

/// <summary>
/// On a generated service base class: names the static method that tells a <see cref="ServiceBinderBase"/> the service's
/// methods.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = true)]
public class BindServiceMethodAttribute(Type bindType, string bindMethodName) : Attribute
{
    /// <summary>The class that has the method.</summary>
    public Type BindType { get; } = bindType;

    /// <summary>The method's name.</summary>
    public string BindMethodName { get; } = bindMethodName;
}
